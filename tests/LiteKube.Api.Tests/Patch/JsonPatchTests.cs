using System.Text;
using LiteKube.Api.Codecs;
using LiteKube.Api.Patch;

namespace LiteKube.Api.Tests.Patch;

public class JsonPatchTests
{
    private static string Apply(string target, string patch) =>
        Encoding.UTF8.GetString(JsonTree.Write(JsonPatch.Parse(Encoding.UTF8.GetBytes(patch)).Apply(JsonTree.Parse(Encoding.UTF8.GetBytes(target)))));

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [InlineData("""{"a":{"x/y":1,"m~n":2}}""", """[{"op":"remove","path":"/a/x~1y"},{"op":"replace","path":"/a/m~0n","value":null}]""", """{"a":{"m~n":null}}""")]
    [InlineData("""{"a":1,"b":{}}""", """[{"op":"move","from":"/a","path":"/b/c"}]""", """{"b":{"c":1}}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"move","from":"/a/0","path":"/a/2"}]""", """{"a":[2,3,1]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]""", """{"a":{"b":1},"c":{"b":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]""", "{}")]
    [InlineData("""{"a":{"b":[1,{"c":"d"}]}}""", """[{"op":"test","path":"/a","value":{"b":[1,{"c":"d"}]}}]""", """{"a":{"b":[1,{"c":"d"}]}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/x","value":null}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    public void Apply_EachOperation(string target, string patch, string expected) => Assert.Equal(expected, Apply(target, patch));

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/b"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":2}]""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b/c","value":2}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/3","value":2}]""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a/b/c"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/b","path":"/c"}]""")]
    public void Apply_Impossible_IsInvalid(string target, string patch) =>
        Assert.Equal(StatusReason.Invalid, Assert.Throws<ApiException>(() => Apply(target, patch)).Reason);

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"op":"frob","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"move","path":"/a"}]""")]
    public void Parse_Malformed_IsBadRequest(string patch) =>
        Assert.Equal(StatusReason.BadRequest, Assert.Throws<ApiException>(() => Apply("{}", patch)).Reason);

    [Fact]
    public void Parse_TooManyOperations_IsRefused()
    {
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/a","value":1}""", JsonPatch.MaxOperations + 1)) + "]";
        Assert.Equal(StatusReason.RequestEntityTooLarge, Assert.Throws<ApiException>(() => Apply("{}", patch)).Reason);
    }

    [Fact]
    public void Apply_Twice_GivesTheSame()
    {
        var patch = JsonPatch.Parse("""[{"op":"add","path":"/a","value":{"b":1}},{"op":"add","path":"/a/c","value":2}]"""u8);
        var first = patch.Apply(JsonTree.Parse("{}"u8)).ToJsonString();
        Assert.Equal(first, patch.Apply(JsonTree.Parse("{}"u8)).ToJsonString());
    }
}
