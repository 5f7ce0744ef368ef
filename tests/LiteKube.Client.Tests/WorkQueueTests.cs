using LiteKube.Testing;

namespace LiteKube.Client.Tests;

public sealed class WorkQueueTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void A_key_added_twice_is_taken_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Add("a");

        Assert.True(queue.TryTake(out var key));
        Assert.Equal("a", key);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void A_key_added_while_it_is_worked_on_comes_back_when_that_is_done()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        Assert.True(queue.TryTake(out _));

        queue.Add("a");
        Assert.False(queue.TryTake(out _));
        queue.Done("a");

        Assert.True(queue.TryTake(out var again));
        queue.Done(again!);
        Assert.False(queue.TryTake(out _));
        Assert.True(queue.IsIdle);
    }

    [Fact]
    public void Keys_come_in_the_order_they_were_added()
    {
        using var queue = new WorkQueue<int>(_time);
        foreach (var key in (int[])[3, 1, 2])
            queue.Add(key);

        var taken = new List<int>();
        while (queue.TryTake(out var key))
            taken.Add(key);

        Assert.Equal([3, 1, 2], taken);
    }

    [Fact]
    public void Of_several_delays_the_earliest_counts_and_only_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(queue.TryTake(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(queue.TryTake(out var key));
        queue.Done(key!);
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.False(queue.TryTake(out _));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void A_delay_stays_what_it_is_when_the_clock_is_set(int hours)
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        queue.AddAfter("b", TimeSpan.FromSeconds(8));

        _time.Set(TimeSpan.FromHours(hours));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.True(queue.TryTake(out var key));
        Assert.Equal("a", key);
        Assert.False(queue.TryTake(out _));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(queue.TryTake(out _));
    }

    [Fact]
    public void A_key_can_be_delayed_again_after_it_came()
    {
        using var queue = new WorkQueue<string>(_time);
        for (var i = 0; i < 3; i++)
        {
            queue.AddAfter("a", TimeSpan.FromSeconds(5));
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.True(queue.TryTake(out var key));
            queue.Done(key!);
        }
    }

    [Fact]
    public void Failures_of_a_key_double_its_pause_up_to_the_limit_until_it_is_forgotten()
    {
        using var queue = new WorkQueue<string>(_time, new WorkQueueOptions { BaseDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(5) });
        foreach (var pause in (int[])[1, 2, 4, 5, 5])
            Fails(pause);
        queue.Forget("a");
        Fails(1);

        void Fails(int seconds)
        {
            queue.AddRateLimited("a");
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(queue.TryTake(out _));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(queue.TryTake(out var key));
            queue.Done(key!);
        }
    }

    [Fact]
    public async Task Shutting_down_wakes_everyone_who_waits()
    {
        using var queue = new WorkQueue<string>(_time);
        var waiting = Enumerable.Range(0, 3).Select(_ => queue.TakeAsync(CancellationToken.None).AsTask()).ToArray();

        queue.ShutDown();

        Assert.All(await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(90)), Assert.Null);
        queue.Add("a");
        Assert.False(queue.TryTake(out _));
    }
}
