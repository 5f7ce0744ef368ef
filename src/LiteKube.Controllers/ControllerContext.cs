using LiteKube.Client;
using Microsoft.Extensions.Logging;

namespace LiteKube.Controllers;

/// <summary>What every controller works with: a client under the controllers' identity, the shared informers, the clock.</summary>
internal sealed class ControllerContext(IApiTransportFactory transports, InformerFactory informers, TimeProvider time, ILoggerFactory loggers, ControllerOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<EventRecorder> _recorders = [];
    private KubeClient? _client;

    public KubeClient Client => _client ??= new KubeClient(transports.For(Options.Identity));

    public InformerFactory Informers { get; } = informers;

    public CustomKinds CustomKinds { get; } = new(informers);

    public TimeProvider Time { get; } = time;

    public ControllerOptions Options { get; } = options;

    public ILogger Logger<T>() => loggers.CreateLogger("LiteKube.Controllers." + typeof(T).Name);

    /// <summary>A recorder under a controller's own name, as users see it in <c>kubectl describe</c>.</summary>
    public IEventRecorder Recorder(string component)
    {
        var recorder = new EventRecorder(Client, component, null, Time, loggers.CreateLogger("LiteKube.Controllers.Events"));
        lock (_gate)
            _recorders.Add(recorder);
        return recorder;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var recorder in _recorders)
            await recorder.DisposeAsync().ConfigureAwait(false);
    }
}
