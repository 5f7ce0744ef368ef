using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Fuzz;

[Collection(ApiHostCollection.Name)]
public sealed class FuzzTests(ApiHost host)
{
    private const long MostMemory = 1L << 30;

    /// <summary>The long run is <c>./build.sh bench fuzz</c>; a finding names what <c>fuzz</c> needs to make its request again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Spoiled_requests_are_answered_and_refused_with_a_reason(int seed)
    {
        var run = new FuzzRun(host, seed);
        await run.RunAsync(0, 1200, () => false);
        Assert.True(run.Findings.Count == 0, string.Join('\n', run.Findings));
        Assert.Equal(1200, run.Requests);
        (await host.Admin.GetAsync("/readyz")).Expect(200);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, MostMemory);
    }

    [Fact]
    public void A_seed_and_a_number_make_the_same_request_again()
    {
        for (var number = 0; number < 100; number++)
            Assert.Equal(new FuzzCase(5, number).ToString(), new FuzzCase(5, number).ToString());
        Assert.NotEqual(new FuzzCase(5, 0).ToString(), new FuzzCase(6, 0).ToString());
    }
}
