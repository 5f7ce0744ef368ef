using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Streams;

/// <summary>The streams of a command in a container.</summary>
internal sealed class ExecStreams(ExecProcess process) : IContainerStreams
{
    private const int BufferSize = 32 * 1024;

    public Stream? Stdin => process.Stdin;

    public async IAsyncEnumerable<(OutputStream Stream, ReadOnlyMemory<byte> Data)> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (process.Stdout is not null && process.Stderr is null)
        {
            await foreach (var data in ReadAsync(process.Stdout, cancellationToken).ConfigureAwait(false))
                yield return (OutputStream.Stdout, data);
            yield break;
        }

        // Copies: a piece waits in the channel while its stream is read on.
        var pieces = Channel.CreateBounded<(OutputStream, ReadOnlyMemory<byte>)>(1);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pumps = Task.WhenAll(PumpAsync(process.Stdout, OutputStream.Stdout, pieces.Writer, ending.Token), PumpAsync(process.Stderr, OutputStream.Stderr, pieces.Writer, ending.Token));
        _ = pumps.ContinueWith(done => pieces.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return piece;
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask CloseStdinAsync(CancellationToken cancellationToken)
    {
        const byte EndOfTransmission = 4;
        if (process.Terminal is { } terminal)
            await terminal.Input.WriteAsync(new[] { EndOfTransmission }, cancellationToken).ConfigureAwait(false);
        else
            process.Stdin?.Dispose();
    }

    public async ValueTask ResizeAsync(int width, int height, CancellationToken cancellationToken)
    {
        try
        {
            await process.ResizeAsync(width, height, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
    }

    public async ValueTask<int?> GetExitCodeAsync(CancellationToken cancellationToken) => await process.GetExitCodeAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync()
    {
        process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PumpAsync(PipeStream? source, OutputStream stream, ChannelWriter<(OutputStream, ReadOnlyMemory<byte>)> pieces, CancellationToken cancellationToken)
    {
        if (source is null)
            return;
        await foreach (var data in ReadAsync(source, cancellationToken).ConfigureAwait(false))
            await pieces.WriteAsync((stream, data.ToArray()), cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(PipeStream source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            var read = await process.ReadAsync(source, buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                yield break;
            yield return buffer.AsMemory(0, read);
        }
    }
}
