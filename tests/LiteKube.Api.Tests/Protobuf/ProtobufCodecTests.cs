using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Protobuf;
using LiteKube.Api.Schema;
using LiteKube.Api.Tests.Schema;

namespace LiteKube.Api.Tests.Protobuf;

public class ProtobufCodecTests
{
    public static TheoryData<string> TopLevelTypes() => [.. ApiSchema.Current.Types.Where(t => t.Gvk is not null).Select(t => t.Name).Order()];

    [Theory]
    [MemberData(nameof(TopLevelTypes))]
    public void EveryKind_SurvivesTheRoundTrip(string type)
    {
        var sample = Samples.Of(ApiSchema.Current.Type(type));
        var back = ProtobufCodec.Decode(ProtobufCodec.Encode(JsonTree.Write(sample)));
        AssertSame(sample, back);
    }

    [Fact]
    public void Lists_SurviveTheRoundTrip()
    {
        var pod = Samples.Of(ApiSchema.Current.Type("core.v1.Pod"));
        var list = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PodList",
            ["metadata"] = new JsonObject { ["resourceVersion"] = "7", ["remainingItemCount"] = 0 },
            ["items"] = new JsonArray(pod.DeepClone(), pod.DeepClone()),
        };
        var back = ProtobufCodec.Decode(ProtobufCodec.Encode(JsonTree.Write(list)));
        foreach (var item in list["items"]!.AsArray())
        {
            // Items carry no type of their own on the wire.
            item!.AsObject().Remove("apiVersion");
            item.AsObject().Remove("kind");
        }

        AssertSame(list, back);
    }

    [Fact]
    public void EmptyList_HasItems() =>
        Assert.Equal("""{"apiVersion":"apps/v1","kind":"DeploymentList","metadata":{},"items":[]}""", RoundTrip("""{"apiVersion":"apps/v1","kind":"DeploymentList","metadata":{},"items":[]}"""));

    [Fact]
    public void Encode_Service_GivesTheBytesOfTheSpecification()
    {
        const string json = """{"kind":"Service","metadata":{"name":"a","labels":{"k":"v"},"creationTimestamp":"1970-01-01T00:00:05Z"},"spec":{"ports":[{"port":80,"targetPort":"http"},{"port":-1,"targetPort":300}]},"apiVersion":"v1"}""";
        byte[] metadata = [0x0a, 1, (byte)'a', 0x42, 4, 0x08, 5, 0x10, 0, 0x5a, 6, 0x0a, 1, (byte)'k', 0x12, 1, (byte)'v'];
        byte[] port1 = [0x18, 80, 0x22, 10, 0x08, 1, 0x10, 0, 0x1a, 4, (byte)'h', (byte)'t', (byte)'t', (byte)'p'];
        byte[] port2 = [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x22, 7, 0x08, 0, 0x10, 0xac, 2, 0x1a, 0];
        var actual = ProtobufCodec.Encode(Encoding.UTF8.GetBytes(json));

        // The order of fields is free; metadata here follows the JSON's.
        byte[] metadataInJsonOrder = [0x0a, 1, (byte)'a', 0x5a, 6, 0x0a, 1, (byte)'k', 0x12, 1, (byte)'v', 0x42, 4, 0x08, 5, 0x10, 0];
        Assert.Equal(metadata.Length, metadataInJsonOrder.Length);
        byte[] spec = [0x0a, (byte)port1.Length, .. port1, 0x0a, (byte)port2.Length, .. port2];
        byte[] raw = [0x0a, (byte)metadataInJsonOrder.Length, .. metadataInJsonOrder, 0x12, (byte)spec.Length, .. spec];
        byte[] meta = [0x0a, 2, (byte)'v', (byte)'1', 0x12, 7, .. "Service"u8];
        byte[] expected = [.. "k8s\0"u8, 0x0a, (byte)meta.Length, .. meta, 0x12, (byte)raw.Length, .. raw, 0x1a, 0, 0x22, 0];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(actual));
    }

    [Fact]
    public void Decode_PlainZeros_AreDroppedWhereOptional_PointersAreKept()
    {
        // As Go writes a Deployment: every plain scalar, pointers only where set.
        byte[] spec = [0x08, 0, 0x28, 0, 0x38, 0]; // replicas=0 (pointer), minReadySeconds=0, paused=false
        byte[] metadata = [0x0a, 1, (byte)'d', 0x12, 0, 0x1a, 0, 0x22, 0, 0x2a, 0, 0x32, 0, 0x38, 0, 0x42, 0];
        byte[] status = [0x08, 0, 0x10, 0];
        Assert.Equal(
            """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0},"status":{}}""",
            Decode("apps/v1", "Deployment", [0x0a, (byte)metadata.Length, .. metadata, 0x12, (byte)spec.Length, .. spec, 0x1a, (byte)status.Length, .. status]));
    }

    [Fact]
    public void Decode_RequiredZeros_AreKept()
    {
        byte[] status = [0x0a, 0, 0x20, 0, 0x28, 0]; // name="", ready=false, restartCount=0
        byte[] podStatus = [0x42, (byte)status.Length, .. status];
        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","status":{"containerStatuses":[{"name":"","ready":false,"restartCount":0}]}}""",
            Decode("v1", "Pod", [0x1a, (byte)podStatus.Length, .. podStatus]));
    }

    [Fact]
    public void Decode_EmbeddedStructs_AreFlattened()
    {
        // volumes[0] = {name=1 "v", volumeSource=2 {emptyDir=2 {medium=1 "Memory"}}}
        byte[] volume = [0x0a, 1, (byte)'v', 0x12, 10, 0x12, 8, 0x0a, 6, .. "Memory"u8];
        byte[] spec = [0x0a, (byte)volume.Length, .. volume];
        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","spec":{"volumes":[{"name":"v","emptyDir":{"medium":"Memory"}}]}}""",
            Decode("v1", "Pod", [0x12, (byte)spec.Length, .. spec]));
    }

    [Fact]
    public void DeleteOptions_AreKnownInEveryGroup()
    {
        byte[] body = [0x08, 0, 0x22, 10, .. "Foreground"u8];
        Assert.Equal(
            """{"apiVersion":"apps/v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Foreground"}""",
            Decode("apps/v1", "DeleteOptions", body));
    }

    [Fact]
    public void Extra_IsAMapOfMessages()
    {
        const string json = """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"extra":{"a":["x","y"],"b":[]},"user":"u"}}""";
        Assert.Equal(json, RoundTrip(json));
    }

    [Fact]
    public void WatchEvent_HoldsTheObjectInItsEnvelope()
    {
        const string pod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}""";
        var inner = ProtobufCodec.Encode(Encoding.UTF8.GetBytes(pod));
        byte[] expected = [0x0a, 5, .. "ADDED"u8, 0x12, (byte)(inner.Length + 2), 0x0a, (byte)inner.Length, .. inner];
        Assert.Equal(expected, ProtobufCodec.EncodeWatchEvent("ADDED", Encoding.UTF8.GetBytes(pod)));
    }

    [Fact]
    public void PartialMetadata_IsKnown()
    {
        Assert.True(ProtobufCodec.CanEncode("meta.k8s.io/v1", "PartialObjectMetadataList"));
        Assert.True(ProtobufCodec.CanEncode("v1", "Status"));
        Assert.False(ProtobufCodec.CanEncode("example.com/v1", "Widget"));
        Assert.False(ProtobufCodec.CanEncode("v1", "List2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("6b3873")]
    [InlineData("6b387300")]
    [InlineData("6b387300ff")]
    [InlineData("6b3873000a0aff")]
    [InlineData("6b387300120501")]
    public void Decode_BadEnvelope_IsBadRequest(string hex) =>
        Assert.Equal(StatusReason.BadRequest, Assert.Throws<ApiException>(() => ProtobufCodec.Decode(Convert.FromHexString(hex))).Reason);

    [Fact]
    public void Decode_TruncatedOrFlippedAnywhere_NeverCrashes()
    {
        var good = ProtobufCodec.Encode(JsonTree.Write(Samples.Of(ApiSchema.Current.Type("apps.v1.ReplicaSet"))));
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var bad = good.ToArray();
            for (var flips = 0; flips <= i % 4; flips++)
                bad[random.Next(4, bad.Length)] = (byte)random.Next(256);
            if (i % 2 == 0)
                Array.Resize(ref bad, random.Next(bad.Length));
            try
            {
                ProtobufCodec.Decode(bad);
            }
            catch (ApiException e)
            {
                Assert.Equal(StatusReason.BadRequest, e.Reason);
            }
        }
    }

    [Fact]
    public void Decode_NestedWithoutEnd_IsRefused()
    {
        // JSONSchemaProps.not (28) within itself.
        byte[] message = [];
        for (var i = 0; i < 2000; i++)
            message = [0xe2, 1, .. Varint(message.Length), .. message];
        byte[] validation = [0x0a, .. Varint(message.Length), .. message];
        byte[] version = [0x22, .. Varint(validation.Length), .. validation];
        byte[] spec = [0x3a, .. Varint(version.Length), .. version];
        Assert.Throws<ApiException>(() => Decode("apiextensions.k8s.io/v1", "CustomResourceDefinition", [0x12, .. Varint(spec.Length), .. spec]));
    }

    private static string RoundTrip(string json) => ProtobufCodec.Decode(ProtobufCodec.Encode(Encoding.UTF8.GetBytes(json))).ToJsonString();

    private static string Decode(string apiVersion, string kind, byte[] raw)
    {
        byte[] meta = [0x0a, (byte)apiVersion.Length, .. Encoding.UTF8.GetBytes(apiVersion), 0x12, (byte)kind.Length, .. Encoding.UTF8.GetBytes(kind)];
        return ProtobufCodec.Decode([.. "k8s\0"u8, 0x0a, (byte)meta.Length, .. meta, 0x12, .. Varint(raw.Length), .. raw]).ToJsonString();
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static void AssertSame(JsonNode expected, JsonNode actual)
    {
        if (!JsonNode.DeepEquals(expected, actual))
            Assert.Equal(Sorted(expected), Sorted(actual));
    }

    private static string Sorted(JsonNode? node) => node switch
    {
        JsonObject o => "{" + string.Join(",\n", o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + ":" + Sorted(p.Value))) + "}",
        JsonArray a => "[" + string.Join(",", a.Select(Sorted)) + "]",
        _ => node?.ToJsonString() ?? "null",
    };
}
