using LiteKube.ApiServer.Flow;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Flow;

public sealed class PriorityLevelTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly FakeTime _time = new();

    [Fact]
    public async Task A_seat_given_back_goes_to_who_waits()
    {
        var level = Level(seats: 2);
        Assert.True(level.TryEnter());
        Assert.True(level.TryEnter());
        Assert.False(level.TryEnter());
        var waits = Wait(level, 1);
        Assert.False(waits.IsCompleted);

        // Nobody overtakes who waits already.
        Assert.False(level.TryEnter());
        level.Leave();

        Assert.Null(await waits.WaitAsync(s_limit));
        Assert.Equal(2, level.Executing);
        Assert.Equal(0, level.Waiting);
    }

    [Fact]
    public async Task A_level_without_queues_turns_away_at_once()
    {
        var level = Level(seats: 1, queues: 0);
        Assert.True(level.TryEnter());

        Assert.Equal("concurrency-limit", await Wait(level, 1));
    }

    [Fact]
    public async Task A_full_queue_turns_away_and_a_wait_has_its_end()
    {
        var level = Level(seats: 1, queues: 4, hand: 1, length: 2);
        Assert.True(level.TryEnter());
        var first = Wait(level, 7);
        var second = Wait(level, 7);
        Assert.Equal("queue-full", await Wait(level, 7));

        _time.Advance(s_patience);

        Assert.Equal("time-out", await first.WaitAsync(s_limit));
        Assert.Equal("time-out", await second.WaitAsync(s_limit));
        Assert.Equal(0, level.Waiting);
        level.Leave();
        Assert.True(level.TryEnter());
    }

    [Fact]
    public async Task Who_goes_away_leaves_its_place()
    {
        var level = Level(seats: 1);
        Assert.True(level.TryEnter());
        using var gone = new CancellationTokenSource();
        var first = level.WaitAsync(1, s_patience, _time, gone.Token).AsTask();
        var second = Wait(level, 2);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(s_limit));
        level.Leave();

        Assert.Null(await second.WaitAsync(s_limit));
        Assert.Equal(1, level.Executing);
    }

    [Fact]
    public async Task A_flow_that_floods_does_not_hold_up_another()
    {
        var level = Level(seats: 1, queues: 64, hand: 4, length: 50);
        Assert.True(level.TryEnter());
        var flood = Enumerable.Range(0, 150).Select(_ => Wait(level, 12345)).ToList();
        // A flow whose hand is not the flood's: such there are among the first few.
        var served = Enumerable.Range(1, 20).Select(i => Wait(level, (ulong)i * 0x9e3779b97f4a7c15)).ToList();

        // Every flow has had its turn once each of its neighbours had one.
        for (var i = 0; i < 30; i++)
            level.Leave();

        await Task.WhenAny(Task.WhenAll(served), Task.Delay(s_limit));
        Assert.All(served, s => Assert.True(s.IsCompletedSuccessfully));
        Assert.InRange(flood.Count(f => !f.IsCompleted), 130, 150);
    }

    [Fact]
    public void Idle_seats_are_lent_and_taken_back()
    {
        var idle = true;
        var level = new PriorityLevel("l", _ => idle) { Limits = new LevelLimits(false, 1, 0, 3, 0, 0, 0) };
        Assert.True(level.TryEnter());
        Assert.True(level.TryEnter());
        Assert.True(level.TryEnter());
        Assert.False(level.TryEnter());
        level.Leave();

        idle = false;

        Assert.False(level.TryEnter());
    }

    [Fact]
    public async Task Many_at_once_never_hold_more_seats_than_there_are()
    {
        var level = Level(seats: 3, queues: 8, hand: 2, length: 1000);
        var inside = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (!level.TryEnter())
                    Assert.Null(await level.WaitAsync((ulong)worker, s_limit, TimeProvider.System, CancellationToken.None));
                InterlockedMax(ref most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                level.Leave();
            }
        })));

        Assert.InRange(most, 1, 3);
        Assert.Equal(0, level.Executing);
        Assert.Equal(0, level.Waiting);
        Assert.Equal(4000, level.Dispatched);
    }

    [Fact]
    public async Task A_seat_given_back_while_another_asks_in_vain_is_not_forgotten()
    {
        PriorityLevel level = null!;
        Task<string?>? waits = null;
        level = new PriorityLevel("l", _ =>
        {
            // Asked for a seat to borrow, between the count and its taking back: somebody else comes to wait, and the seat becomes free.
            if (waits is null)
            {
                waits = Wait(level, 1);
                level.Leave();
            }

            return false;
        })
        { Limits = new LevelLimits(false, 1, 0, 2, 8, 2, 50) };
        Assert.True(level.TryEnter());

        Assert.False(level.TryEnter());

        Assert.Null(await waits!.WaitAsync(s_limit));
        Assert.Equal(1, level.Executing);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
                return;
        }
    }

    private static PriorityLevel Level(int seats, int queues = 8, int hand = 2, int length = 50) =>
        new("l", _ => false) { Limits = new LevelLimits(false, seats, 0, seats, queues, hand, length) };

    private Task<string?> Wait(PriorityLevel level, ulong flow) => level.WaitAsync(flow, s_patience, _time, CancellationToken.None).AsTask();
}
