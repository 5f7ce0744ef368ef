namespace LiteKube.Robustness.Tests.RuntimeFaults;

public sealed class RuntimeFaultTests
{
    /// <summary>The long run is <c>./build.sh bench runtime-faults</c>: 100 kills.</summary>
    [Fact]
    public async Task Containers_survive_LiteKubes_death_at_random_moments_and_what_was_half_done_is_finished_or_gone()
    {
        var lines = new List<string>();
        try
        {
            await new RuntimeFaultRun(20261122, lines.Add).RunAsync(6, keepWreck: false);
        }
        catch (Exception e)
        {
            Assert.Fail($"{string.Join('\n', lines)}\n{e}");
        }

        Assert.Contains("none lost, none doubled, nothing left", lines[^1], StringComparison.Ordinal);
    }
}
