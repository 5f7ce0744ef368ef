using System.Text;
using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;
using Ns = LiteKube.Api.Core.V1.Namespace;

namespace LiteKube.Controllers.Tests;

/// <summary>Kinds that definitions add are collected and cleared away like the built-in ones.</summary>
public sealed class CustomKindTests
{
    private static readonly ResourceType s_widgets = new("example.com", "v1", "widgets", "Widget", true);

    [Fact]
    public async Task What_a_custom_resource_owns_goes_with_it()
    {
        await using var cluster = await StartAsync();
        await DefineAsync(cluster);
        var owner = await WidgetAsync(cluster, Default, "owner");
        cluster.Api.Add(Owned("child", owner));
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "child"));

        await cluster.Api.WriteAsync(new WriteRequest(WriteVerb.Delete, s_widgets, Default, "owner", default), default);

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "child") is null, "the child is gone");
    }

    [Fact]
    public async Task A_custom_resource_goes_with_its_owner()
    {
        await using var cluster = await StartAsync(api => api.Add(Definition()));
        var owner = cluster.Api.Add(new ConfigMap { Metadata = new ObjectMeta { Namespace = Default, Name = "owner" } });
        await WidgetAsync(cluster, Default, "child", $$$"""[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{{owner.Metadata.Uid}}}"}]""");
        await cluster.SettleAsync();

        cluster.Api.Delete<ConfigMap>(Default, "owner");

        await cluster.UntilAsync(() => Count(cluster, Default) == 0, "the child is gone");
    }

    [Fact]
    public async Task A_namespace_is_emptied_of_custom_resources_too()
    {
        await using var cluster = await StartAsync();
        await DefineAsync(cluster);
        cluster.Api.Add(new Ns { Metadata = new ObjectMeta { Name = "team" } });
        await WidgetAsync(cluster, "team", "one");
        await cluster.SettleAsync();

        cluster.Api.Delete<Ns>(null, "team");

        await cluster.UntilAsync(() => cluster.Api.Find<Ns>(null, "team") is null, "it is gone");
        Assert.Equal(0, Count(cluster, "team"));
    }

    [Fact]
    public async Task What_a_custom_resource_owned_goes_also_when_its_kind_is_gone_by_then()
    {
        await using var cluster = await StartAsync();
        await DefineAsync(cluster);
        var owner = await WidgetAsync(cluster, Default, "owner");
        cluster.Api.Add(Owned("child", owner));
        await cluster.SettleAsync();

        // Definitions go after their objects; that the end of the owner was not heard before that of its kind changes nothing.
        cluster.Api.Delete<CustomResourceDefinition>(null, "widgets.example.com");

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "child") is null, "the child is gone");

        // Nor does it come later: its kind is known to be no more.
        cluster.Api.Add(Owned("late", owner));
        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "late") is null, "the late child is gone");
    }

    [Fact]
    public async Task What_an_owner_of_an_unknown_kind_has_stays()
    {
        await using var cluster = await StartAsync(api => api.Add(Definition()));
        var owner = await WidgetAsync(cluster, Default, "owner");
        var stranger = Owned("child", owner);
        cluster.Api.Add(stranger with { Metadata = stranger.Metadata with { OwnerReferences = [stranger.Metadata.OwnerReferences[0] with { Kind = "Gadget" }] } });
        await cluster.SettleAsync();

        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "child"));
    }

    [Fact]
    public async Task A_kind_that_comes_back_under_another_version_has_not_lost_its_objects()
    {
        await using var cluster = await StartAsync();
        await DefineAsync(cluster);
        var owner = await WidgetAsync(cluster, Default, "owner");
        cluster.Api.Add(Owned("child", owner));
        await cluster.SettleAsync();

        cluster.Api.Change<CustomResourceDefinition>(null, "widgets.example.com", d => d with { Spec = d.Spec with { Versions = [new CustomResourceDefinitionVersion { Name = "v2", Served = true, Storage = true }] } });
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "child"));

        await cluster.Api.WriteAsync(new WriteRequest(WriteVerb.Delete, s_widgets with { Version = "v2" }, Default, "owner", default), default);
        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "child") is null, "the child is gone");
    }

    /// <summary>The kind, when the controllers know of it.</summary>
    private static async Task DefineAsync(FakeCluster cluster)
    {
        cluster.Api.Add(Definition());
        await cluster.UntilAsync(() => cluster.Api.WasWatched(s_widgets), "the new kind is followed");
    }

    private static int Count(FakeCluster cluster, string ns) => cluster.Api.ListAsync(s_widgets, ns, default, default).AsTask().GetAwaiter().GetResult().Items.Count;

    private static async Task<KubeObject> WidgetAsync(FakeCluster cluster, string ns, string name, string owners = "[]") =>
        await cluster.Api.WriteAsync(
            new WriteRequest(WriteVerb.Create, s_widgets, ns, null, Encoding.UTF8.GetBytes($$$"""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"namespace":"{{{ns}}}","name":"{{{name}}}","ownerReferences":{{{owners}}} } }""")),
            default);

    private static ConfigMap Owned(string name, KubeObject owner) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = Default,
            Name = name,
            OwnerReferences = [new OwnerReference { ApiVersion = "example.com/v1", Kind = "Widget", Name = owner.Header.Name, Uid = owner.Header.Uid }],
        },
    };

    private static CustomResourceDefinition Definition() => new()
    {
        Metadata = new ObjectMeta { Name = "widgets.example.com" },
        Spec = new CustomResourceDefinitionSpec
        {
            Group = "example.com",
            Scope = "Namespaced",
            Names = new CustomResourceDefinitionNames { Plural = "widgets", Kind = "Widget" },
            Versions = [new CustomResourceDefinitionVersion { Name = "v1", Served = true, Storage = true }],
        },
        Status = new CustomResourceDefinitionStatus { Conditions = [new CustomResourceDefinitionCondition { Type = "Established", Status = "True" }] },
    };
}
