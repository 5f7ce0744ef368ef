using LiteKube.ApiServer.Transport;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Transport;

public sealed class FlushPaceTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly FakeTime _time = new();
    private readonly FlushPace _pace;

    public FlushPaceTests() => _pace = new FlushPace(_time);

    public void Dispose() => _pace.Dispose();

    [Fact]
    public async Task Below_the_limit_nobody_waits_for_the_clock() =>
        await Task.WhenAll(Ask(FlushPace.Burst)).WaitAsync(s_limit);

    [Fact]
    public async Task Beyond_it_turns_come_with_the_pulses_in_the_order_they_were_asked_for()
    {
        var turns = Ask(FlushPace.Burst + FlushPace.PerPulse + 20);
        await RoundAsync(turns[FlushPace.Burst - 1]);
        Assert.Equal(FlushPace.Burst, turns.Count(turn => turn.IsCompleted));
        _time.Advance(FlushPace.Pulse);
        Assert.Equal(FlushPace.Burst + FlushPace.PerPulse, turns.TakeWhile(turn => turn.IsCompleted).Count());
        Assert.Equal(FlushPace.Burst + FlushPace.PerPulse, turns.Count(turn => turn.IsCompleted));
        _time.Advance(FlushPace.Pulse);
        Assert.All(turns, turn => Assert.True(turn.IsCompleted));
    }

    [Fact]
    public async Task Nobody_overtakes_those_who_wait()
    {
        var turns = Ask(FlushPace.Burst + FlushPace.PerPulse);
        await RoundAsync(turns[FlushPace.Burst - 1]);
        var late = Ask(1)[0];
        _time.Advance(FlushPace.Pulse);
        Assert.All(turns, turn => Assert.True(turn.IsCompleted));
        Assert.False(late.IsCompleted);
        _time.Advance(FlushPace.Pulse);
        Assert.True(late.IsCompleted);
    }

    [Fact]
    public async Task After_quiet_the_first_goes_at_once()
    {
        await RoundAsync(Ask(FlushPace.Burst)[^1]);
        _time.Advance(FlushPace.Pulse);
        await Ask(1)[0].WaitAsync(s_limit);
    }

    [Fact]
    public async Task Turns_are_saved_up_while_it_is_quiet_to_a_limit()
    {
        await RoundAsync(Ask(FlushPace.Burst)[^1]);
        _time.Advance(1000 * FlushPace.Pulse);
        var turns = Ask(FlushPace.Burst + 1);
        await RoundAsync(turns[FlushPace.Burst - 1]);
        Assert.False(turns[FlushPace.Burst].IsCompleted);
    }

    [Fact]
    public async Task A_turn_may_ask_for_the_next_from_within()
    {
        var turns = 0;
        var watcher = WatchAsync();
        var started = TimeProvider.System.GetTimestamp();
        while (!watcher.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_limit);
            _time.Advance(FlushPace.Pulse);
            await Task.Yield();
        }

        Assert.Equal(5 * FlushPace.Burst, turns);

        async Task WatchAsync()
        {
            while (turns < 5 * FlushPace.Burst)
            {
                await _pace.TurnAsync().ConfigureAwait(false);
                turns++;
            }
        }
    }

    [Fact]
    public async Task A_round_says_when_it_is_over()
    {
        await RoundAsync(Ask(FlushPace.Burst)[^1]);
        Task? over = null;
        var overWithin = true;
        var turn = TurnAsync();
        await Task.Run(() => _time.Advance(FlushPace.Pulse)).WaitAsync(s_limit);
        await turn.WaitAsync(s_limit);
        Assert.False(overWithin);
        Assert.True(over!.IsCompletedSuccessfully);
        Assert.Equal(1, _pace.LastRound);
        Assert.False(_pace.IsRunning(out _));

        async Task TurnAsync()
        {
            await _pace.TurnAsync().ConfigureAwait(false);
            Assert.True(_pace.IsRunning(out over));
            overWithin = over.IsCompleted;
        }
    }

    [Fact]
    public async Task A_round_is_not_over_before_the_next_is_timed()
    {
        FlushPace pace = null!;
        using var release = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = new List<bool>();
        using var timed = pace = new FlushPace(new TimedRounds(_time, () => running.Add(pace.IsRunning(out _))));
        var held = HoldAsync();
        await begun.Task.WaitAsync(s_limit);
        var turns = Enumerable.Range(0, FlushPace.Burst).Select(_ => pace.TurnAsync()).ToArray();
        release.Set();
        await held.WaitAsync(s_limit);
        await turns[^2].WaitAsync(s_limit);
        // Out of the round that ran this.
        await Task.Yield();
        Assert.True(SpinWait.SpinUntil(() => !pace.IsRunning(out _), s_limit));
        Assert.Equal([true], running);
        Assert.False(turns[^1].IsCompleted);

        async Task HoldAsync()
        {
            await pace.TurnAsync().ConfigureAwait(false);
            begun.SetResult();
            release.Wait(s_limit);
        }
    }

    /// <summary>Tells when a round is timed.</summary>
    private sealed class TimedRounds(TimeProvider time, Action timed) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(time.CreateTimer(callback, state, dueTime, period), timed);

        private sealed class Timer(ITimer timer, Action timed) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                timed();
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }

    private Task[] Ask(int count) => [.. Enumerable.Range(0, count).Select(_ => _pace.TurnAsync())];

    /// <summary>Until the round of this turn is over and the next, where anybody waits, is timed.</summary>
    private async Task RoundAsync(Task turn)
    {
        await turn.WaitAsync(s_limit);
        var started = TimeProvider.System.GetTimestamp();
        while (_pace.IsRunning(out _))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_limit);
            await Task.Yield();
        }
    }
}
