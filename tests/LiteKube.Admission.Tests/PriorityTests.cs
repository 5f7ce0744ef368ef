using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Scheduling.V1;

namespace LiteKube.Admission.Tests;

public sealed class PriorityTests
{
    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Create_NoClassAnywhere_IsZero()
    {
        var spec = (await _fixture.CreateAsync(Pod.Resource, Of("")))["spec"]!;

        Assert.Equal(0, (int)spec["priority"]!);
        Assert.Equal("PreemptLowerPriority", (string?)spec["preemptionPolicy"]);
        Assert.Null(spec["priorityClassName"]);
    }

    [Fact]
    public async Task Create_ClassNamed_GivesItsNumberAndPolicy()
    {
        Put("high", 1000, policy: "Never");

        var spec = (await _fixture.CreateAsync(Pod.Resource, Of("\"priorityClassName\":\"high\"")))["spec"]!;

        Assert.Equal((1000, "Never"), ((int)spec["priority"]!, (string?)spec["preemptionPolicy"]));
    }

    [Fact]
    public async Task Create_DefaultClass_IsTakenAndNamed()
    {
        Put("usual", 7, isDefault: true);

        var spec = (await _fixture.CreateAsync(Pod.Resource, Of("")))["spec"]!;

        Assert.Equal(("usual", 7), ((string?)spec["priorityClassName"], (int)spec["priority"]!));
    }

    [Theory]
    [InlineData("system-node-critical", 2_000_001_000)]
    [InlineData("system-cluster-critical", 2_000_000_000)]
    public async Task Create_SystemClass_IsKnownBeforeItsObjectIs(string name, int value) =>
        Assert.Equal(value, (int)(await _fixture.CreateAsync(Pod.Resource, Of($"\"priorityClassName\":\"{name}\"")))["spec"]!["priority"]!);

    [Fact]
    public async Task Create_NoSuchClass_IsForbidden() =>
        Assert.Equal("pods \"p\" is forbidden: no PriorityClass with name gone was found", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, Of("\"priorityClassName\":\"gone\""))));

    [Fact]
    public async Task Create_NumberOfItsOwn_IsForbidden()
    {
        Put("high", 1000);

        Assert.Contains("must not be provided", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, Of("\"priorityClassName\":\"high\",\"priority\":1"))), StringComparison.Ordinal);
        Assert.Contains("PreemptionPolicy (Never)", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, Of("\"priorityClassName\":\"high\",\"preemptionPolicy\":\"Never\""))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_PriorityLeftOut_StaysAsItWas() =>
        Assert.Equal(5, (int)(await _fixture.UpdateAsync(Pod.Resource, Of("\"priority\":5"), Of("")))["spec"]!["priority"]!);

    [Fact]
    public async Task Create_SecondDefaultClass_IsForbidden()
    {
        Put("usual", 7, isDefault: true);

        await _fixture.UpdateAsync(PriorityClass.Resource, """{"metadata":{"name":"usual"},"value":7}""", """{"metadata":{"name":"usual"},"value":7,"globalDefault":true}""");
        Assert.Contains("Only one default can exist", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(PriorityClass.Resource, """{"metadata":{"name":"other"},"value":8,"globalDefault":true}""")), StringComparison.Ordinal);
    }

    private static string Of(string member) => $$$$"""{"metadata":{"name":"p"},"spec":{{{{{(member.Length > 0 ? member + "," : "")}}}}"containers":[{"name":"c"}]}}""";

    private void Put(string name, int value, bool isDefault = false, string? policy = null) =>
        _fixture.Objects.Put(new PriorityClass { Metadata = new ObjectMeta { Name = name }, Value = value, GlobalDefault = isDefault, PreemptionPolicy = policy });
}
