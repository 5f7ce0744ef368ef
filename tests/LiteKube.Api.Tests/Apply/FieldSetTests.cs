using System.Text;
using LiteKube.Api.Apply;

namespace LiteKube.Api.Tests.Apply;

public sealed class FieldSetTests
{
    private const string Pod = """{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{}}},"f:finalizers":{"v:\"x/y\"":{}}}}""";

    [Fact]
    public void FieldsV1_is_read_and_written_alike() => Assert.Equal(Pod, Of(Pod).ToString());

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("""{"f:a":1}""")]
    [InlineData("""{"f:a":{}""")]
    public void What_is_not_FieldsV1_is_refused(string json) => Assert.Throws<FormatException>(() => Of(json));

    [Fact]
    public void Unknown_path_elements_are_passed_over() => Assert.Equal("""{"f:a":{}}""", Of("""{"x:q":{},"f:a":{},"nothing":{"f:b":{}}}""").ToString());

    [Fact]
    public void Members_come_sorted_and_once() =>
        Assert.Equal("""{"f:a":{"f:x":{},"f:y":{}},"f:b":{}}""", Of("""{"f:b":{},"f:a":{"f:y":{}},"f:a":{"f:x":{}}}""").ToString());

    [Fact]
    public void Paths_read_as_in_error_messages() =>
        Assert.Equal([".metadata.labels", ".metadata.labels.app", ".spec.containers[name=\"c\"]", ".spec.containers[name=\"c\"].image", ".spec.finalizers[=\"x/y\"]"], Of(Pod).Paths());

    [Fact]
    public void Union_joins_and_returns_itself_where_nothing_is_new()
    {
        var set = Of(Pod);
        Assert.Same(set, set.Union(Of("""{"f:metadata":{"f:labels":{"f:app":{}}}}""")));
        Assert.Equal("""{"f:a":{".":{},"f:b":{}}}""", Of("""{"f:a":{}}""").Union(Of("""{"f:a":{"f:b":{}}}""")).ToString());
    }

    [Fact]
    public void Difference_takes_the_places_and_leaves_what_is_below_them()
    {
        Assert.Equal("""{"f:a":{"f:b":{}}}""", Of("""{"f:a":{".":{},"f:b":{}}}""").Difference(Of("""{"f:a":{}}""")).ToString());
        Assert.Equal("{}", Of("""{"f:a":{".":{},"f:b":{}}}""").Without(Of("""{"f:a":{}}""")).ToString());
        var set = Of(Pod);
        Assert.Same(set, set.Difference(Of("""{"f:status":{},"f:spec":{"f:containers":{}}}""")));
        Assert.True(set.Difference(set).IsEmpty);
    }

    [Fact]
    public void Intersection_keeps_what_both_have() =>
        Assert.Equal("""{"f:a":{"f:b":{}}}""", Of("""{"f:a":{".":{},"f:b":{}},"f:c":{}}""").Intersection(Of("""{"f:a":{"f:b":{},"f:d":{}}}""")).ToString());

    internal static FieldSet Of(string json) => FieldSetCodec.Read(Encoding.UTF8.GetBytes(json));
}
