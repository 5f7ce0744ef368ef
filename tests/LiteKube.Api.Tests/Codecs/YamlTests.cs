using System.Text;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Tests.Codecs;

public class YamlTests
{
    private static string ToJson(string yaml) => Encoding.UTF8.GetString(JsonTree.Write(Yaml.ToTree(Encoding.UTF8.GetBytes(yaml))));

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("\"yes\"", "\"yes\"")]
    [InlineData("'no'", "\"no\"")]
    [InlineData("off", "false")]
    [InlineData("n", "false")]
    [InlineData("yEs", "\"yEs\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("null", "null")]
    [InlineData("12", "12")]
    [InlineData("-12", "-12")]
    [InlineData("1_000", "1000")]
    [InlineData("0x1F", "31")]
    [InlineData("0b101", "5")]
    [InlineData("017", "15")]
    [InlineData("0o17", "15")]
    [InlineData("019", "19")]
    [InlineData("1.5", "1.5")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("1Gi", "\"1Gi\"")]
    [InlineData("10.0.0.1", "\"10.0.0.1\"")]
    [InlineData("2024-01-02", "\"2024-01-02\"")]
    [InlineData("2024-01-02T03:04:05Z", "\"2024-01-02T03:04:05Z\"")]
    [InlineData("12:30:45", "\"12:30:45\"")]
    [InlineData(".inf", "\".inf\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("18446744073709551615", "1.8446744073709552E+19")]
    public void Scalars(string scalar, string json) => Assert.Equal($$"""{"a":{{json}}}""", ToJson($"a: {scalar}\n"));

    [Fact]
    public void AManifest() => Assert.Equal(
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"b"}},"data":{"1":"x\ny\n","true":"folded text","e":"a\tb"},"list":[1,"two",{"three":3}]}""",
        ToJson("""
            # comment
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: x, labels: {a: b}}
            data:
              1: |
                x
                y
              true: >-
                folded
                text
              e: "a\tb"
            list:
            - 1
            - two
            - three: 3
            ---
            second: document
            """));

    [Fact]
    public void AnchorsAndMergeKeys_AreExpanded() => Assert.Equal(
        """{"base":{"a":1,"b":2},"copy":{"a":1,"b":2},"merged":{"b":3,"a":1}}""",
        ToJson("base: &x {a: 1, b: 2}\ncopy: *x\nmerged:\n  <<: *x\n  b: 3\n"));

    [Fact]
    public void Duplicates_AreReported()
    {
        var tree = Yaml.ToTree("a:\n  b: 1\n  b: 2\n"u8, out var duplicates);
        Assert.Equal("""{"a":{"b":2}}""", tree.ToJsonString());
        Assert.Equal(["line 3: key \"b\" already set in map"], duplicates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n")]
    [InlineData("text")]
    [InlineData("a: [1")]
    [InlineData("a: *unknown")]
    [InlineData("a: &x {b: *x}")]
    [InlineData("? [a]\n: b")]
    [InlineData("a: b: c")]
    [InlineData("a: {<<: 1}")]
    public void Malformed_IsBadRequest(string yaml) =>
        Assert.Equal(StatusReason.BadRequest, Assert.Throws<ApiException>(() => ToJson(yaml)).Reason);

    [Fact]
    public void AliasesThatGrowWithoutEnd_AreRefused()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Contains("excessive aliasing", Assert.Throws<ApiException>(() => ToJson(bomb.ToString())).Message);
    }

    [Fact]
    public void NestingWithoutEnd_IsRefused() =>
        Assert.Throws<ApiException>(() => ToJson("a: " + new string('[', 20_000) + new string(']', 20_000)));
}
