using System.Text;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.Api.Tests.Schema;

namespace LiteKube.Api.Tests.Structure;

public class StructureCheckTests
{
    private static (string Json, IReadOnlyList<string> Unknown) Normalize(string type, string json)
    {
        var tree = JsonTree.Parse(Encoding.UTF8.GetBytes(json));
        var unknown = StructureCheck.Normalize(tree, ApiSchema.Current.Type(type));
        return (tree.ToJsonString(JsonSerializerOptionsOf.Relaxed), unknown);
    }

    [Fact]
    public void UnknownFields_ArePrunedAndNamedByPath()
    {
        var (json, unknown) = Normalize("apps.v1.Deployment", """{"spec":{"foo":1,"template":{"spec":{"containers":[{"name":"a","bar":{"x":1}}]}}},"metadata":{"labels":{"any":"thing"},"nme":"x"}}""");
        Assert.Equal(["spec.foo", "spec.template.spec.containers[0].bar", "metadata.nme"], unknown);
        Assert.Equal("""{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}},"metadata":{"labels":{"any":"thing"}}}""", json);
    }

    [Fact]
    public void NullsOfKnownFields_AreDropped_NullItemsBecomeEmpty()
    {
        var (json, unknown) = Normalize("core.v1.Pod", """{"metadata":{"creationTimestamp":null,"labels":{"a":null}},"spec":{"nodeName":null,"containers":[null],"volumes":null},"status":null}""");
        Assert.Equal("""{"metadata":{"labels":{"a":""}},"spec":{"containers":[{}]}}""", json);
        Assert.Empty(unknown);
    }

    [Fact]
    public void QuantitiesAndTimes_TakeTheirCanonicalForm()
    {
        var (json, _) = Normalize("core.v1.Pod", """{"metadata":{"creationTimestamp":"2024-01-02T03:04:05.678+01:00"},"spec":{"containers":[{"resources":{"limits":{"cpu":0.5,"memory":"1024Mi","x":1000,"y":"0.0001"}}}]}}""");
        Assert.Equal("""{"metadata":{"creationTimestamp":"2024-01-02T02:04:05Z"},"spec":{"containers":[{"resources":{"limits":{"cpu":"500m","memory":"1Gi","x":"1k","y":"1m"}}}]}}""", json);
    }

    [Theory]
    [InlineData("apps.v1.Deployment", """{"spec":{"replicas":"3"}}""", "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into field spec.replicas of type int32")]
    [InlineData("apps.v1.Deployment", """{"spec":{"replicas":3000000000}}""", "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal number 3000000000 into field spec.replicas of type int32")]
    [InlineData("core.v1.Pod", """{"spec":{"containers":{}}}""", "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal object into field spec.containers of type []core.v1.Container")]
    [InlineData("core.v1.ConfigMap", """{"data":{"a":1}}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number 1 into field data.a of type string")]
    [InlineData("core.v1.Pod", """{"spec":{"containers":[{"tty":"yes"}]}}""", "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into field spec.containers[0].tty of type bool")]
    public void WrongTypes_AreRefusedByPath(string type, string json, string message)
    {
        var e = Assert.Throws<ApiException>(() => Normalize(type, json));
        Assert.Equal(StatusReason.BadRequest, e.Reason);
        Assert.Equal(message, e.Message);
    }

    [Theory]
    [InlineData("core.v1.Secret", """{"data":{"a":"not base64!"}}""")]
    [InlineData("core.v1.Pod", """{"metadata":{"creationTimestamp":"yesterday"}}""")]
    [InlineData("core.v1.Pod", """{"metadata":{"creationTimestamp":"2024-01-02"}}""")]
    [InlineData("core.v1.Pod", """{"spec":{"containers":[{"resources":{"limits":{"cpu":"much"}}}]}}""")]
    [InlineData("core.v1.Service", """{"spec":{"ports":[{"targetPort":true}]}}""")]
    [InlineData("apps.v1.Deployment", """{"spec":{"replicas":1.5}}""")]
    [InlineData("apiextensions.v1.CustomResourceDefinition", """{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"items":true}}}]}}""")]
    public void WrongScalars_AreRefused(string type, string json) =>
        Assert.Equal(StatusReason.BadRequest, Assert.Throws<ApiException>(() => Normalize(type, json)).Reason);

    [Fact]
    public void SchemasOfCustomResources_AreCheckedInDepth()
    {
        var (_, unknown) = Normalize("apiextensions.v1.CustomResourceDefinition", """{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"properties":{"a":{"items":{"typ":"x"},"additionalProperties":{"foo":1},"default":{"any":["thing",null]}}}}}}]}}""");
        Assert.Equal(["spec.versions[0].schema.openAPIV3Schema.properties.a.items.typ", "spec.versions[0].schema.openAPIV3Schema.properties.a.additionalProperties.foo"], unknown);
    }

    [Fact]
    public void Samples_OfEveryKind_StayAsTheyAre()
    {
        foreach (var kind in ApiSchema.Current.Kinds)
        {
            var sample = Samples.Of(kind.Type);
            var before = sample.DeepClone();
            Assert.Empty(StructureCheck.Normalize(sample, kind.Type));
            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(before, sample), kind.Resource.ToString());
        }
    }

    [Fact]
    public void Findings_AreKubernetesSentences() => Assert.Equal(
        "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.foo\", duplicate field \"spec.replicas\"",
        StructureCheck.Strict(new GroupVersionKind("apps", "v1", "Deployment"), StructureCheck.Findings(["spec.foo"], StructureCheck.Duplicates(["spec.replicas"]))).Message);
}

internal static class JsonSerializerOptionsOf
{
    public static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
