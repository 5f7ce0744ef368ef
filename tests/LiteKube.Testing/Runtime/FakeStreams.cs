using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using LiteKube.Node.Runtime;

namespace LiteKube.Testing.Runtime;

/// <summary>A fake process's streams: it either echoes stdin to stdout until end of file, or gives a fixed result.</summary>
public sealed class FakeStreams(bool stdin, bool echo, ExecResult? result) : IContainerStreams
{
    private readonly Pipe _stdin = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Width, int Height)> _sizes = [];

    public Stream? Stdin => stdin ? _stdin.Writer.AsStream(leaveOpen: true) : null;

    /// <summary>Completes when whoever asked for the streams has closed them.</summary>
    public Task Closed => _closed.Task;

    public IReadOnlyList<(int Width, int Height)> Sizes
    {
        get
        {
            lock (_sizes)
                return [.. _sizes];
        }
    }

    public async IAsyncEnumerable<(OutputStream Stream, ReadOnlyMemory<byte> Data)> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (result is { Stdout.Length: > 0 })
            yield return (OutputStream.Stdout, result.Stdout);
        if (result is { Stderr.Length: > 0 })
            yield return (OutputStream.Stderr, result.Stderr);
        while (echo && stdin)
        {
            var read = await _stdin.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var segment in read.Buffer)
                yield return (OutputStream.Stdout, segment);
            _stdin.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
    }

    public async ValueTask CloseStdinAsync(CancellationToken cancellationToken) => await _stdin.Writer.CompleteAsync().ConfigureAwait(false);

    public ValueTask ResizeAsync(int width, int height, CancellationToken cancellationToken)
    {
        lock (_sizes)
            _sizes.Add((width, height));
        return ValueTask.CompletedTask;
    }

    public ValueTask<int?> GetExitCodeAsync(CancellationToken cancellationToken) => ValueTask.FromResult(result?.ExitCode);

    public async ValueTask DisposeAsync()
    {
        await _stdin.Writer.CompleteAsync().ConfigureAwait(false);
        await _stdin.Reader.CompleteAsync().ConfigureAwait(false);
        _closed.TrySetResult();
    }
}
