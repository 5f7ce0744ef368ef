using LiteKube.Api;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Client;

/// <summary>
/// One informer per type and filter, shared by all modules of the process. Modules ask for theirs in their constructors; as a hosted service that
/// stands after the server and before them, the factory starts the watches when the server is there and ends them when its users are gone.
/// </summary>
public sealed class InformerFactory(IApiTransportFactory transports, ClientOptions options, TimeProvider time, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(ResourceType, InformerFilter), ObjectInformer> _informers = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private bool _started;
    private bool _disposed;

    /// <summary>The informer for a type and filter. It runs from now on, or from the factory's own start.</summary>
    public Informer<T> Of<T>(InformerFilter filter = default) where T : class, IKubeObject<T> => new(Of(T.Resource, filter));

    public ObjectInformer Of(ResourceType resource, InformerFilter filter = default)
    {
        lock (_gate)
        {
            if (_informers.TryGetValue((resource, filter), out var known))
                return known;
            var informer = new ObjectInformer(() => transports.For(options.InformerIdentity), resource, filter, time, loggers.CreateLogger("LiteKube.Client.Informer"));
            _informers[(resource, filter)] = informer;
            if (_started)
                Run(informer);
            return informer;
        }
    }

    /// <summary>Ends an informer whose kind is served no more, for everybody who has it.</summary>
    public void Forget(ObjectInformer informer)
    {
        lock (_gate)
        {
            foreach (var (key, known) in _informers)
                if (ReferenceEquals(known, informer))
                    _informers.Remove(key);
            _running.RemoveAll(static r => r.IsCompleted);
        }

        informer.Forget();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_started)
                return Task.CompletedTask;
            _started = true;
            foreach (var informer in _informers.Values)
                Run(informer);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_gate)
            running = [.. _running];
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Run(ObjectInformer informer) => _running.Add(Task.Run(() => informer.RunUntilForgottenAsync(_stopping.Token)));

    public void Dispose()
    {
        // Registered as itself and as a hosted service, so the container disposes of it twice.
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        _stopping.Cancel();
        _stopping.Dispose();
    }
}
