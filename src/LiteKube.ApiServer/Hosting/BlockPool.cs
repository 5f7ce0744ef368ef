using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace LiteKube.ApiServer.Hosting;

/// <summary>
/// Kestrel's buffers in blocks of 32 KiB instead of its 4 KiB: what a response leaves through is encrypted and sent a block at a time, so that a
/// list of a megabyte costs 40 rounds of TLS and socket instead of 330. The block returned last is given out first, while it is in the processor's cache.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    private const int BlockSize = 32 * 1024;

    /// <summary>More than this much goes back to the garbage collector.</summary>
    private const int MostKept = 128;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _free = new();
    private bool _closed;

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_lock)
        {
            if (_free.TryPop(out var block))
            {
                block.Give();
                return block;
            }
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
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (!_closed && _free.Count < MostKept)
                _free.Push(block);
        }
    }

    /// <summary>For Kestrel, which makes a pool for itself and one for each of its sockets' queues.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();
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
