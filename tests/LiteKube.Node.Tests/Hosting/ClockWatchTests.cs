using LiteKube.Node.Hosting;
using LiteKube.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Node.Tests.Hosting;

public sealed class ClockWatchTests
{
    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_clock_that_is_set_is_told_of_once(int hours)
    {
        var time = new FakeTime();
        using var stopping = new CancellationTokenSource();
        using var told = new SemaphoreSlim(0);
        var watching = new ClockWatch(time, NullLogger<ClockWatch>.Instance).RunAsync(() => told.Release(), stopping.Token);
        time.Set(TimeSpan.FromHours(hours));
        while (!await told.WaitAsync(10))
            time.Advance(TimeSpan.FromSeconds(10));

        for (var i = 0; i < 10; i++)
            time.Advance(TimeSpan.FromSeconds(10));
        await stopping.CancelAsync();
        await watching.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, told.CurrentCount);
    }
}
