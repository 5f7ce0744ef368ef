namespace LiteKube.ApiServer.Hosting;

internal sealed class ReadySignal : IApiServerReady, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ready => _ready.Task;

    public int Port { get; private set; }

    public bool IsReady => _ready.Task.IsCompletedSuccessfully && !_stopping.IsCancellationRequested;

    /// <summary>Ends what would otherwise go on for as long as its client likes.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Set(int port)
    {
        Port = port;
        _ready.TrySetResult();
    }

    public void Fail(Exception error) => _ready.TrySetException(error);

    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();
}
