using System.IO.Pipelines;
using LiteKube.ApiServer.Transport;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Transport;

public sealed class RoundWriterTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly FakeTime _time = new();
    private readonly FlushPace _pace;
    private readonly Pipe _pipe = new();
    private readonly RoundWriter _writer;

    public RoundWriterTests() => _writer = new RoundWriter(_pipe.Writer, _pace = new FlushPace(_time));

    public void Dispose() => _pace.Dispose();

    [Fact]
    public async Task Outside_of_rounds_a_flush_is_a_flush()
    {
        _writer.Write(1);
        Assert.True(_writer.FlushAsync().AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, (await _pipe.Reader.ReadAsync()).Buffer.Length);
    }

    [Fact]
    public async Task Within_a_round_the_first_flush_waits_for_its_end_and_those_after_it_do_not()
    {
        using var inRound = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var round = await InRoundAsync(inRound, goOn);
        Assert.True(inRound.Wait(s_limit));
        _writer.Write(1);
        var first = _writer.FlushAsync().AsTask();
        Assert.False(first.IsCompleted);
        Assert.False(_pipe.Reader.TryRead(out _));
        goOn.Set();
        await round.WaitAsync(s_limit);
        await first.WaitAsync(s_limit);
        var read = await _pipe.Reader.ReadAsync();
        Assert.Equal(1, read.Buffer.Length);
        _pipe.Reader.AdvanceTo(read.Buffer.End);

        using var inNext = new ManualResetEventSlim();
        using var goOnNext = new ManualResetEventSlim();
        round = await InRoundAsync(inNext, goOnNext);
        Assert.True(inNext.Wait(s_limit));
        for (var i = 0; i < 2; i++)
        {
            _writer.Write(1);
            Assert.True(_writer.FlushAsync().AsTask().IsCompletedSuccessfully);
        }

        _writer.Write(1);
        first = _writer.FlushAsync().AsTask();
        Assert.False(first.IsCompleted);
        goOnNext.Set();
        await first.WaitAsync(s_limit);
        await round.WaitAsync(s_limit);
        Assert.Equal(3, (await _pipe.Reader.ReadAsync()).Buffer.Length);
    }

    [Fact]
    public async Task The_end_reaches_the_pipe()
    {
        await _writer.CompleteAsync();
        Assert.True((await _pipe.Reader.ReadAsync()).IsCompleted);
    }

    /// <summary>A round that lasts until it is told to go on.</summary>
    private async Task<Task> InRoundAsync(ManualResetEventSlim started, ManualResetEventSlim goOn)
    {
        // With the turns saved up used, the next one comes when the clock moves, and not before somebody waits for it.
        _time.Advance(1000 * FlushPace.Pulse);
        await Task.WhenAll(Enumerable.Range(0, FlushPace.Burst).Select(_ => _pace.TurnAsync())).WaitAsync(s_limit);
        // Out of the round that ran this, and past its end.
        await Task.Yield();
        Assert.True(SpinWait.SpinUntil(() => !_pace.IsRunning(out _), s_limit));
        _ = HoldAsync();
        return Task.Run(() => _time.Advance(FlushPace.Pulse));

        async Task HoldAsync()
        {
            // Two have a turn in this round: one flush goes through at once for each.
            _ = _pace.TurnAsync();
            await _pace.TurnAsync().ConfigureAwait(false);
            started.Set();
            goOn.Wait();
        }
    }
}

file static class Writing
{
    public static void Write(this PipeWriter writer, int count)
    {
        writer.GetSpan(count)[..count].Clear();
        writer.Advance(count);
    }
}
