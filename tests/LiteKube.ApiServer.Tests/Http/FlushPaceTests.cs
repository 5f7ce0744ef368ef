using LiteKube.ApiServer.Http;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Http;

public sealed class FlushPaceTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly FlushPace _pace;

    public FlushPaceTests() => _pace = new FlushPace(_time);

    public void Dispose() => _pace.Dispose();

    [Fact]
    public void Below_the_limit_nobody_waits() =>
        Assert.All(Ask(FlushPace.PerPulse), turn => Assert.True(turn.IsCompleted));

    [Fact]
    public void Beyond_it_turns_come_with_the_pulses_in_the_order_they_were_asked_for()
    {
        Ask(FlushPace.PerPulse);
        var waiting = Ask(FlushPace.PerPulse + 20);
        Assert.All(waiting, turn => Assert.False(turn.IsCompleted));
        _time.Advance(FlushPace.Pulse);
        Assert.Equal(FlushPace.PerPulse, waiting.TakeWhile(turn => turn.IsCompleted).Count());
        Assert.Equal(FlushPace.PerPulse, waiting.Count(turn => turn.IsCompleted));
        _time.Advance(FlushPace.Pulse);
        Assert.All(waiting, turn => Assert.True(turn.IsCompleted));
    }

    [Fact]
    public void Nobody_overtakes_those_who_wait()
    {
        Ask(FlushPace.PerPulse);
        var first = Ask(2 * FlushPace.PerPulse);
        _time.Advance(FlushPace.Pulse);
        var late = Ask(1)[0];
        Assert.False(late.IsCompleted);
        _time.Advance(FlushPace.Pulse);
        Assert.All(first, turn => Assert.True(turn.IsCompleted));
        Assert.False(late.IsCompleted);
        _time.Advance(FlushPace.Pulse);
        Assert.True(late.IsCompleted);
    }

    [Fact]
    public void A_turn_may_ask_for_the_next_from_within()
    {
        Ask(FlushPace.PerPulse);
        var turns = 0;
        var watcher = WatchAsync();
        for (var i = 0; i < 10; i++)
            _time.Advance(FlushPace.Pulse);
        Assert.Equal(3, turns);
        Assert.True(watcher.IsCompletedSuccessfully);

        async Task WatchAsync()
        {
            while (turns < 3)
            {
                // So that there is always somebody before it.
                Ask(FlushPace.PerPulse);
                await _pace.NextAsync();
                turns++;
            }
        }
    }

    [Fact]
    public void After_quiet_the_first_goes_at_once()
    {
        Ask(FlushPace.PerPulse + 1);
        for (var i = 0; i < 3; i++)
            _time.Advance(FlushPace.Pulse);
        Assert.True(Ask(1)[0].IsCompleted);
    }

    private Task[] Ask(int count) => [.. Enumerable.Range(0, count).Select(_ => _pace.NextAsync().AsTask())];
}
