using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace LiteKube.ApiServer.Transport;

/// <summary>
/// Buffers of connections in blocks of 32 KiB: a list is handed on, encrypted and sent in few large pieces. The block returned last is given out first,
/// while it is in the processor's cache. What a burst needed and nobody has since is given back to the garbage collector, half of it at a time.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    public const int BlockSize = 32 * 1024;

    /// <summary>So many stay, however idle the server is.</summary>
    public const int AlwaysKept = 32;

    /// <summary>More than these are never kept.</summary>
    public const int MostKept = 2048;

    private static readonly TimeSpan s_trimPeriod = TimeSpan.FromSeconds(5);

    [ThreadStatic]
    private static IMemoryOwner<byte>? t_lent;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _free = new();
    private readonly ITimer _timer;

    /// <summary>The fewest that were free since the last trim: nobody needed them.</summary>
    private int _unneeded;
    private bool _timed;
    private bool _closed;

    public BlockPool(TimeProvider time) => _timer = time.CreateTimer(_ => Trim(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public override int MaxBufferSize => BlockSize;

    public int Free
    {
        get
        {
            lock (_lock)
                return _free.Count;
        }
    }

    /// <summary>
    /// Puts bytes that are there already into what the writer of a pipe on this pool writes, without copying them: the writer asks the pool for a new block and
    /// is given this one, full. False where it did not ask, since it has room still or keeps its bytes elsewhere; then they have to be copied.
    /// </summary>
    /// <param name="full">At least <see cref="BlockSize"/> bytes, so that no room that is left will do instead. All of it is written: nobody finds room in it.</param>
    public static bool TryLend(PipeWriter writer, IMemoryOwner<byte> full)
    {
        Memory<byte> given;
        t_lent = full;
        try
        {
            given = writer.GetMemory(BlockSize);
        }
        finally
        {
            t_lent = null;
        }

        if (!given.Equals(full.Memory))
            return false;
        writer.Advance(given.Length);
        return true;
    }

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (t_lent is { } lent)
        {
            t_lent = null;
            return lent;
        }

        lock (_lock)
        {
            if (_free.TryPop(out var block))
            {
                _unneeded = Math.Min(_unneeded, _free.Count);
                block.Give();
                return block;
            }

            _unneeded = 0;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _closed = true;
            _free.Clear();
        }

        _timer.Dispose();
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (_closed || _free.Count >= MostKept)
                return;
            _free.Push(block);
            if (_timed || _free.Count <= AlwaysKept)
                return;
            _timed = true;
            _timer.Change(s_trimPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Trim()
    {
        lock (_lock)
        {
            if (_closed)
                return;
            var surplus = Math.Min(_unneeded, _free.Count - AlwaysKept);
            for (var i = 0; i < (surplus + 1) / 2; i++)
                _free.Pop();
            _unneeded = _free.Count;
            _timed = _free.Count > AlwaysKept;
            if (_timed)
                _timer.Change(s_trimPeriod, Timeout.InfiniteTimeSpan);
            else
                _free.TrimExcess();
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private int _returned;

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);

        public void Give() => Volatile.Write(ref _returned, 0);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
                pool.Return(this);
        }
    }
}
