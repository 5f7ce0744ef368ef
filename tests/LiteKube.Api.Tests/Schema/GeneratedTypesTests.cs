using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Tests.Schema;

public class GeneratedTypesTests
{
    private static readonly MethodInfo s_roundTrip = typeof(GeneratedTypesTests).GetMethod(nameof(RoundTrip), BindingFlags.Static | BindingFlags.NonPublic)!;

    private static byte[] RoundTrip<T>(byte[] json) where T : class, IJsonType<T>
    {
        var value = JsonText.Parse<T>(json);
        Assert.Equal(value, JsonText.Parse<T>(JsonText.Bytes(value)));
        Assert.Equal(value.GetHashCode(), JsonText.Parse<T>(JsonText.Bytes(value)).GetHashCode());
        return JsonText.Bytes(value);
    }

    public static TheoryData<string> Kinds() => [.. ApiSchema.Current.Kinds.Select(k => k.Type.Name).Distinct().Order()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKind_ReadsAndWritesEveryField(string name)
    {
        var sample = Samples.Of(ApiSchema.Current.Type(name));
        LeaveOut(sample, "managedFields");
        var words = name.Split('.');
        var type = typeof(Pod).Assembly.GetType($"LiteKube.Api.{Pascal(words[0])}.{Pascal(words[1])}.{words[2]}", throwOnError: true)!;
        var json = (byte[])s_roundTrip.MakeGenericMethod(type).Invoke(null, [JsonTree.Write(sample)])!;
        AssertKept(sample, JsonNode.Parse(json), name);

        static string Pascal(string word) => char.ToUpperInvariant(word[0]) + word[1..];
    }

    // Required fields are written even where the sample was cut short, and nested objects say their kind.
    private static void AssertKept(JsonNode? given, JsonNode? actual, string path)
    {
        if (given is JsonObject members)
            foreach (var (name, value) in members)
                AssertKept(value, actual![name], path + "." + name);
        else if (given is JsonArray list)
            for (var i = 0; i < list.Count; i++)
                AssertKept(list[i], actual![i], $"{path}[{i}]");
        else
            Assert.True(JsonNode.DeepEquals(given, actual), $"{path}: {given?.ToJsonString()} became {actual?.ToJsonString()}");
    }

    [Fact]
    public void UnsetParts_AreNotWritten() => Assert.Equal(
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[]}}""",
        new Pod { Metadata = new ObjectMeta { Name = "x" } }.ToString());

    [Fact]
    public void ZeroOfAnOptionalNumber_IsWritten_AndDiffersFromAbsence()
    {
        var zero = new Deployment { Spec = new DeploymentSpec { Replicas = 0 } };
        Assert.Contains("\"replicas\":0", zero.ToString());
        Assert.NotEqual(zero, zero with { Spec = zero.Spec with { Replicas = null } });
    }

    [Fact]
    public void Read_TakesNullsAndUnknownFieldsForAbsent()
    {
        var pod = JsonText.Parse<Pod>("""{"metadata":null,"spec":{"containers":null,"nodeName":null,"new":{"a":[1]},"priority":null},"status":{"phase":"Running"}}""");
        Assert.Equal("", pod.Metadata.Name ?? "");
        Assert.Empty(pod.Spec.Containers);
        Assert.Null(pod.Spec.Priority);
        Assert.Equal("Running", pod.Status.Phase);
    }

    [Fact]
    public void Read_TakesEscapedNames() =>
        Assert.Equal("n", JsonText.Parse<Pod>("{\"metadata\":{\"n\\u0061me\":\"n\"}}").Metadata.Name);

    [Fact]
    public void DeepSchemas_AreReadAndWritten()
    {
        var depth = 60;
        var schema = string.Concat(Enumerable.Repeat("{\"properties\":{\"a\":", depth)) + "{}" + string.Concat(Enumerable.Repeat("}}", depth));
        var json = $$$"""{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"group":"","names":{"kind":"","plural":""},"scope":"","versions":[{"name":"v1","schema":{"openAPIV3Schema":{{{schema}}}},"served":true,"storage":true}]}}""";
        var value = JsonText.Parse<Api.Apiextensions.V1.CustomResourceDefinition>(json);
        Assert.Equal(json, value.ToString());
        Assert.Equal(json, new KubeObject(Encoding.UTF8.GetBytes(json)).ToTree().ToJsonString(new() { MaxDepth = 256 }));
    }

    private static void LeaveOut(JsonNode? node, string name)
    {
        if (node is JsonObject members)
        {
            members.Remove(name);
            foreach (var (_, value) in members)
                LeaveOut(value, name);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                LeaveOut(item, name);
        }
    }
}
