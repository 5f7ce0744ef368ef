using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Transport;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Transport;

public sealed class BlockPoolTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void The_block_returned_last_is_given_out_first()
    {
        using var pool = new BlockPool(_time);
        var (a, b) = (pool.Rent(), pool.Rent());
        a.Dispose();
        b.Dispose();
        Assert.Same(b, pool.Rent());
        Assert.Same(a, pool.Rent());
    }

    [Fact]
    public void A_block_returned_twice_is_not_given_to_two()
    {
        using var pool = new BlockPool(_time);
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        Assert.NotSame(pool.Rent(), pool.Rent());
    }

    [Fact]
    public void Blocks_are_as_large_as_the_pool_says_and_no_larger_ones_are_to_be_had()
    {
        using var pool = new BlockPool(_time);
        Assert.Equal(BlockPool.BlockSize, pool.Rent(100).Memory.Length);
        Assert.Equal(BlockPool.BlockSize, pool.MaxBufferSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockPool.BlockSize + 1));
    }

    [Fact]
    public void What_a_burst_needed_is_given_back_in_time()
    {
        using var pool = new BlockPool(_time);
        Use(pool, 500);
        Assert.Equal(500, pool.Free);
        for (var i = 0; i < 20; i++)
            _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(BlockPool.AlwaysKept, pool.Free);
    }

    [Fact]
    public void What_is_needed_again_and_again_stays()
    {
        using var pool = new BlockPool(_time);
        for (var i = 0; i < 20; i++)
        {
            Use(pool, 200);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(200, pool.Free);
    }

    [Fact]
    public void No_burst_leaves_more_than_the_limit()
    {
        using var pool = new BlockPool(_time);
        Use(pool, BlockPool.MostKept + 10);
        Assert.Equal(BlockPool.MostKept, pool.Free);
    }

    [Fact]
    public void A_block_that_comes_back_after_the_end_is_let_go()
    {
        var pool = new BlockPool(_time);
        var block = pool.Rent();
        pool.Dispose();
        block.Dispose();
        Assert.Equal(0, pool.Free);
    }

    private static void Use(BlockPool pool, int count)
    {
        var blocks = Enumerable.Range(0, count).Select(_ => pool.Rent()).ToArray();
        foreach (var block in blocks)
            block.Dispose();
    }

    [Fact]
    public async Task Full_blocks_are_lent_to_a_pipe_without_a_copy_between_what_is_written()
    {
        using var pool = new BlockPool(new FakeTime());
        var pipe = new Pipe(new PipeOptions(pool, useSynchronizationContext: false, pauseWriterThreshold: 0));
        var shared = new SharedBlock(new byte[2 * BlockPool.BlockSize]);
        shared.Bytes.AsSpan().Fill(7);
        pipe.Writer.Write("head"u8);
        Assert.True(BlockPool.TryLend(pipe.Writer, shared));
        Assert.True(BlockPool.TryLend(pipe.Writer, shared));
        pipe.Writer.Write("tail"u8);
        await pipe.Writer.FlushAsync();

        var read = await pipe.Reader.ReadAsync();
        var parts = new List<ReadOnlyMemory<byte>>();
        foreach (var part in read.Buffer)
            parts.Add(part);
        Assert.Equal([4, shared.Bytes.Length, shared.Bytes.Length, 4], parts.Select(p => p.Length));
        Assert.True(MemoryMarshal.TryGetArray(parts[1], out var array) && ReferenceEquals(array.Array, shared.Bytes));
        pipe.Reader.AdvanceTo(read.Buffer.End);
        await pipe.Writer.CompleteAsync();
        await pipe.Reader.CompleteAsync();

        // What was lent stays as it was, and the pool has nothing of it.
        Assert.All(shared.Bytes, b => Assert.Equal(7, b));
        using var rented = pool.Rent();
        Assert.Equal(BlockPool.BlockSize, rented.Memory.Length);
    }

    [Fact]
    public void A_writer_that_does_not_ask_the_pool_is_lent_nothing()
    {
        var foreign = new Pipe();
        Assert.False(BlockPool.TryLend(foreign.Writer, new SharedBlock(new byte[BlockPool.BlockSize])));
        using var pool = new BlockPool(new FakeTime());
        using var next = pool.Rent();
        Assert.Equal(BlockPool.BlockSize, next.Memory.Length);
        Assert.NotSame(typeof(SharedBlock), next.GetType());
    }
}
