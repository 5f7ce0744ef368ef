using System.Text.Json.Nodes;
using LiteKube.Api.CustomResources;

namespace LiteKube.Api.Tests.CustomResources;

public sealed class JsonPathTests
{
    private static readonly JsonNode s_object = JsonNode.Parse("""
        {"spec":{"a.b":"dotted","n":3,"list":["x","y","z"]},"status":{"conditions":[{"type":"Ready","status":"True","n":1},{"type":"Other","status":"False","n":2}]}}
        """)!;

    [Theory]
    [InlineData(".spec.n", "3")]
    [InlineData("{.spec.n}", "3")]
    [InlineData(".spec.a\\.b", "\"dotted\"")]
    [InlineData(".spec['a.b']", "\"dotted\"")]
    [InlineData(".spec.list[0]", "\"x\"")]
    [InlineData(".spec.list[-1]", "\"z\"")]
    [InlineData(".spec.list[1:]", "\"y\"")]
    [InlineData(".spec.list[*]", "\"x\"")]
    [InlineData(".status.conditions[?(@.type==\"Ready\")].status", "\"True\"")]
    [InlineData(".status.conditions[?(@.type=='Other')].status", "\"False\"")]
    [InlineData(".status.conditions[?(@.n>1)].type", "\"Other\"")]
    [InlineData("..type", "\"Ready\"")]
    public void A_path_leads_to_its_first_value(string path, string value)
    {
        var found = JsonPath.Parse(path).First(s_object, out var any);

        Assert.True(any);
        Assert.Equal(value, found!.ToJsonString());
    }

    [Theory]
    [InlineData(".spec.missing")]
    [InlineData(".spec.list[9]")]
    [InlineData(".status.conditions[?(@.type==\"None\")].status")]
    public void Where_nothing_is_nothing_is_found(string path)
    {
        JsonPath.Parse(path).First(s_object, out var any);

        Assert.False(any);
    }

    [Theory]
    [InlineData(".spec[")]
    [InlineData(".spec[x]")]
    public void What_is_no_path_is_refused(string path) => Assert.False(JsonPath.TryParse(path, out _, out _));
}
