using LiteKube.Api.Apply;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Tests.Apply;

public sealed class TreeMergeTests
{
    [Theory]
    [InlineData("a b c d", "d a", "b c d a")]
    [InlineData("a b", "x b", "a x b")]
    [InlineData("a b", "x", "a b x")]
    [InlineData("d a b", "a d x", "a b d x")]
    [InlineData("", "b a", "b a")]
    [InlineData("a b c", "c b a", "c b a")]
    public void Items_take_the_applied_order_and_others_keep_their_place(string present, string applied, string merged)
    {
        var target = Applied.Tree($"{{spec: {{containers: [{Items(present)}]}}}}");
        TreeMerge.Merge(target, Applied.Tree($"{{spec: {{containers: [{Items(applied)}]}}}}"), ApiSchema.Current.Type("core.v1.Pod"));
        Assert.Equal(merged, string.Join(' ', target["spec"]!["containers"]!.AsArray().Select(c => (string)c!["name"]!)));
    }

    [Fact]
    public void A_null_clears_a_value_and_leaves_what_merges()
    {
        var target = Applied.Tree("{metadata: {labels: {a: b}}, spec: {replicas: 2, paused: true}}");
        TreeMerge.Merge(target, Applied.Tree("{metadata: {labels: null}, spec: {replicas: null}}"), ApiSchema.Current.Type("apps.v1.Deployment"));
        Assert.Equal("""{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":null,"paused":true}}""", target.ToJsonString());
    }

    [Fact]
    public void The_configuration_can_be_applied_again()
    {
        var configuration = Applied.Tree("{spec: {template: {spec: {containers: [{name: a, image: x}]}}}}");
        var type = ApiSchema.Current.Type("apps.v1.Deployment");
        var first = TreeMerge.Merge([], configuration, type).ToJsonString();
        Assert.Equal(first, TreeMerge.Merge([], configuration, type).ToJsonString());
    }

    private static string Items(string names) => string.Join(", ", names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => $"{{name: {n}}}"));
}
