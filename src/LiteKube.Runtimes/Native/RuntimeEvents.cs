using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native;

/// <summary>Tells watchers what happens. One that falls behind too far loses its stream, not single events: it lists again then.</summary>
internal sealed class RuntimeEvents
{
    private const int Capacity = 4096;

    private readonly Lock _lock = new();
    private readonly List<Channel<RuntimeEvent>> _watchers = [];
    private bool _closed;

    public void Publish(RuntimeEvent happened)
    {
        lock (_lock)
        {
            for (var i = _watchers.Count - 1; i >= 0; i--)
            {
                if (_watchers[i].Writer.TryWrite(happened))
                    continue;
                _watchers[i].Writer.TryComplete();
                _watchers.RemoveAt(i);
            }
        }
    }

    /// <summary>What happens from the first MoveNext on.</summary>
    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<RuntimeEvent>(Capacity);
        lock (_lock)
        {
            if (_closed)
                yield break;
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return happened;
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(channel);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
            _watchers.Clear();
        }
    }
}
