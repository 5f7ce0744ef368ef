using LiteKube.Api;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Client;

/// <summary>
/// One informer per type and filter, shared by all modules of the process. As a hosted service it only ends them: it stands before its users in
/// the order of modules, so it stops after them.
/// </summary>
public sealed class InformerFactory(IApiTransportFactory transports, ClientOptions options, TimeProvider time, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(ResourceType, InformerFilter), ObjectInformer> _informers = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The informer for a type and filter, running from the first call on.</summary>
    public Informer<T> Of<T>(InformerFilter filter = default) where T : class, IKubeObject<T> => new(Of(T.Resource, filter));

    public ObjectInformer Of(ResourceType resource, InformerFilter filter = default)
    {
        lock (_gate)
        {
            if (_informers.TryGetValue((resource, filter), out var known))
                return known;
            var informer = new ObjectInformer(transports.For(options.InformerIdentity), resource, filter, time, loggers.CreateLogger("LiteKube.Client.Informer"));
            _informers[(resource, filter)] = informer;
            _running.Add(Task.Run(() => informer.RunAsync(_stopping.Token)));
            return informer;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_gate)
            running = [.. _running];
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }
}
