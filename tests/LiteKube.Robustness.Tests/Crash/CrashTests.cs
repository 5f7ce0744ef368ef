namespace LiteKube.Robustness.Tests.Crash;

public sealed class CrashTests
{
    /// <summary>The long run is <c>./build.sh bench crash</c>: 200 rounds.</summary>
    [Fact]
    public async Task A_server_killed_at_random_moments_keeps_every_acknowledged_write_and_tells_one_history()
    {
        var directory = Directory.CreateTempSubdirectory("litekube-crash-");
        try
        {
            var lines = new List<string>();
            var run = new CrashRun(directory.FullName, 20261121, lines.Add);
            await run.RunAsync(4);
            Assert.True(run.Acknowledged > 0, string.Join('\n', lines));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_ledger_sees_a_lost_write_a_returned_one_and_a_changed_one()
    {
        var entry = new LedgerEntry("c", "n");
        entry.Send("a");
        Assert.Null(entry.Settle(0, null));
        entry.Send("a");
        Assert.Null(entry.Settle(5, "a"));
        entry.Send("b");
        entry.Acknowledge(7);
        Assert.NotNull(entry.Settle(5, "a"));
        Assert.NotNull(entry.Settle(0, null));
        Assert.NotNull(entry.Settle(8, "b"));
        Assert.NotNull(entry.Settle(7, "c"));
        Assert.Null(entry.Settle(7, "b"));
        entry.Send(null);
        Assert.Null(entry.Settle(7, "b"));
        entry.Send(null);
        entry.Acknowledge(0);
        Assert.NotNull(entry.Settle(7, "b"));
        Assert.Null(entry.Settle(0, null));
    }
}
