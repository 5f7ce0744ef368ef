namespace LiteKube.Store.Tests.Crash;

public sealed class PowerCutTests
{
    /// <summary>The long run is <c>./build.sh bench power-cut</c>.</summary>
    [Fact]
    public async Task A_power_cut_at_any_moment_leaves_every_acknowledged_write_and_no_torn_one()
    {
        using var directory = new TemporaryDirectory();
        var run = new PowerCutRun(directory.Path, 7);
        Assert.Empty(await run.RunAsync(150));
        Assert.True(run.Torn > 0);
    }
}
