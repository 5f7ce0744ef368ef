using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Api.Tests.Objects;

public class KubeObjectTests
{
    private const string Json = """
        {"kind":"Pod","spec":{"metadata":{"name":"not-this"}},"metadata":{"annotations":{"labels":"x"},"name":"p","namespace":"n","uid":"u","resourceVersion":"42","generation":3,
        "deletionTimestamp":"2024-01-02T03:04:05Z","labels":{"a":"b"},"finalizers":["f/g"],"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"o","uid":"ou","controller":true}]},"apiVersion":"v1"}
        """;

    private static KubeObject Of(string json) => new(System.Text.Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Header_HoldsWhatAddressesSelectsAndOwns()
    {
        var header = Of(Json).Header;
        Assert.Equal("Pod v1 n/p u 42 3", $"{header.Kind} {header.ApiVersion} {header.Key} {header.Uid} {header.ResourceVersion} {header.Generation}");
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero), header.DeletionTimestamp);
        Assert.Equal("b", header.Labels["a"]);
        Assert.Equal(["f/g"], header.Finalizers);
        Assert.Equal("ou", Assert.Single(header.OwnerReferences).Uid);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null}""")]
    [InlineData("""{"metadata":{"labels":null,"finalizers":null,"ownerReferences":null,"deletionTimestamp":null,"generation":null,"resourceVersion":"x","name":null}}""")]
    public void Header_OfLittle_IsEmpty(string json)
    {
        var header = Of(json).Header;
        Assert.Equal("", header.Key);
        Assert.Equal(0, header.ResourceVersion);
        Assert.Empty(header.Labels);
        Assert.Null(header.DeletionTimestamp);
    }

    [Fact]
    public void As_ReturnsOneSharedView()
    {
        var value = Of(Json);
        var views = new Pod[32];
        Parallel.For(0, views.Length, i => views[i] = value.As<Pod>());
        Assert.All(views, v => Assert.Same(views[0], v));
        Assert.Equal("p", value.As<Api.Core.V1.Node>().Metadata.Name);
        Assert.Same(views[0], value.As<Pod>());
    }

    [Fact]
    public void ToTree_IsFreshEachTime()
    {
        var value = Of(Json);
        value.ToTree()["metadata"]!["name"] = "changed";
        Assert.Equal("p", value.ToTree()["metadata"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public void Of_ATypedValue_HasItsBytes()
    {
        var value = KubeObject.Of(new Pod { Metadata = new ObjectMeta { Name = "x" } });
        Assert.Equal("x", value.Header.Name);
        Assert.Equal("Pod", value.Header.Kind);
    }
}
