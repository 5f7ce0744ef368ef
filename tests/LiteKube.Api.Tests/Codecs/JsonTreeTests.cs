using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Tests.Codecs;

public class JsonTreeTests
{
    [Fact]
    public void Parse_DuplicateFields_LastWinsAndPathsAreReported()
    {
        var tree = JsonTree.Parse("""{"spec":{"replicas":1,"replicas":2,"containers":[{"name":"a"},{"name":"b","name":"c"}]},"spec2":1}"""u8, out var duplicates);
        Assert.Equal(2, tree["spec"]!["replicas"]!.GetValue<int>());
        Assert.Equal("c", tree["spec"]!["containers"]![1]!["name"].AsString());
        Assert.Equal(["spec.replicas", "spec.containers[1].name"], duplicates);
    }

    [Fact]
    public void Parse_FieldGivenThreeTimes_IsReportedOnce()
    {
        JsonTree.Parse("""{"a":1,"a":2,"a":3}"""u8, out var duplicates);
        Assert.Equal(["a"], duplicates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void Parse_NotOneObject_IsBadRequest(string text)
    {
        var e = Assert.Throws<ApiException>(() => JsonTree.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(StatusReason.BadRequest, e.Reason);
    }

    [Fact]
    public void Parse_InvalidUtf8_IsBadRequest()
    {
        Assert.Throws<ApiException>(() => JsonTree.Parse([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}']));
        Assert.Throws<ApiException>(() => JsonTree.Parse([(byte)'{', (byte)'"', (byte)'a', (byte)'"', (byte)':', (byte)'"', 0xc3, 0x28, (byte)'"', (byte)'}']));
    }

    [Fact]
    public void Parse_DeeperThanTheLimit_IsBadRequest()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000);
        Assert.Throws<ApiException>(() => JsonTree.Parse(Encoding.UTF8.GetBytes(deep)));
        var allowed = string.Concat(Enumerable.Repeat("{\"a\":", JsonTree.MaxDepth)) + "1" + new string('}', JsonTree.MaxDepth);
        var written = JsonTree.Write(JsonTree.Parse(Encoding.UTF8.GetBytes(allowed)));
        Assert.Equal(allowed, Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void Write_KeepsNumbersOrderAndText()
    {
        const string text = """{"z":1.50,"a":9007199254740993,"b":"<&> é \"","n":null,"l":[true,false,{}]}""";
        Assert.Equal(text, Encoding.UTF8.GetString(JsonTree.Write(JsonTree.Parse(Encoding.UTF8.GetBytes(text)))));
    }

    [Fact]
    public void AsLong_ReadsEveryBacking()
    {
        JsonNode[] nodes = [JsonValue.Create(7), JsonValue.Create(7L), JsonValue.Create(7.0), JsonNode.Parse("7")!, JsonNode.Parse("7.0")!, JsonValue.Create((short)7), JsonValue.Create(7u), JsonValue.Create(7m)];
        Assert.All(nodes, n => Assert.Equal(7L, n.AsLong()));
        Assert.Null(JsonValue.Create("7").AsLong());
        Assert.Null(JsonValue.Create(7.5).AsLong());
        Assert.Null(JsonNode.Parse("1e300").AsLong());
    }
}
