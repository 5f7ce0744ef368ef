namespace LiteKube.ApiServer.Hosting;

internal sealed class ReadySignal : IApiServerReady
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    public Task Ready => _ready.Task;

    public int Port { get; private set; }

    public bool IsReady => _ready.Task.IsCompletedSuccessfully && !_stopping;

    public void Set(int port)
    {
        Port = port;
        _ready.TrySetResult();
    }

    public void Fail(Exception error) => _ready.TrySetException(error);

    public void Stopping() => _stopping = true;
}
