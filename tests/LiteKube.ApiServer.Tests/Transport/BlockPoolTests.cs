using System.Buffers;
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
}
