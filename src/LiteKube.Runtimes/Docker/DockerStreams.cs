using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;

namespace LiteKube.Runtimes.Docker;

/// <summary>The streams of an exec or attach, on the one connection that the engine gave up to them.</summary>
/// <param name="exitCode">Asks the engine for the code until there is one; null for attach.</param>
internal sealed class DockerStreams(
    HijackedConnection connection,
    bool stdin,
    bool tty,
    Func<int, int, CancellationToken, Task> resize,
    Func<CancellationToken, Task<int>>? exitCode) : IContainerStreams
{
    public Stream? Stdin => stdin ? connection : null;

    public IAsyncEnumerable<(OutputStream Stream, ReadOnlyMemory<byte> Data)> ReadOutputAsync(CancellationToken cancellationToken) =>
        OutputFrames.ReadAsync(connection, tty, cancellationToken);

    public ValueTask CloseStdinAsync(CancellationToken cancellationToken)
    {
        connection.ShutdownSend();
        return ValueTask.CompletedTask;
    }

    public async ValueTask ResizeAsync(int width, int height, CancellationToken cancellationToken)
    {
        try
        {
            await resize(width, height, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<int?> GetExitCodeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return exitCode is null ? null : await exitCode(cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
