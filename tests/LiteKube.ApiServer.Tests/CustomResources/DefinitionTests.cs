using System.Text.Json.Nodes;
using LiteKube.ApiServer.CustomResources;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.CustomResources;

[Collection(ApiHostCollection.Name)]
public sealed class DefinitionTests(ApiHost host)
{
    private const string Any = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_definition_is_served_as_soon_as_its_creation_is_answered()
    {
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();

        await widgets.CreateAsync(Any);
        var made = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"x\":1}"))).Expect(201);
        var definition = (await Api.GetAsync(widgets.Definition)).Expect(200).Body;

        Assert.Equal("Widget", (string?)made.Body["kind"]);
        Assert.Equal(1, (int?)made.Metadata["generation"]);
        Assert.Equal(["NamesAccepted=True/NoConflicts", "Established=True/InitialNamesAccepted"], Conditions(definition));
        Assert.Equal("""["v1"]""", definition["status"]!["storedVersions"]!.ToJsonString());
        Assert.Equal("WidgetList", (string?)definition["status"]!["acceptedNames"]!["listKind"]);
        Assert.Equal("WidgetList", (string?)(await Api.GetAsync(widgets.Objects(ns))).Expect(200).Body["kind"]);
    }

    [Fact]
    public async Task Discovery_names_it_while_it_is_served()
    {
        var widgets = new Definitions(Api);
        const string aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        var before = (await Api.GetAsync("/apis", aggregated)).Response.Headers.ETag;

        await widgets.CreateAsync(Any, """
            "subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}},
            """);
        var resources = (await Api.GetAsync($"/apis/{widgets.Group}/v1")).Expect(200).Body["resources"]!.AsArray();
        var groups = await Api.GetAsync("/apis", aggregated);

        Assert.Equal(["widgets", "widgets/status", "widgets/scale"], resources.Select(r => (string)r!["name"]!));
        Assert.Equal("""["wd"]""", resources[0]!["shortNames"]!.ToJsonString());
        Assert.Equal("widget", (string?)resources[0]!["singularName"]);
        Assert.Contains(groups.Items, g => (string?)g!["metadata"]!["name"] == widgets.Group);
        Assert.NotEqual(before, groups.Response.Headers.ETag);

        (await Api.DeleteAsync(widgets.Definition)).Expect(200);
        await Eventually(async () => (await Api.GetAsync(widgets.Definition)).Code == 404);
        (await Api.GetAsync($"/apis/{widgets.Group}/v1")).Expect(404);
        Assert.DoesNotContain((await Api.GetAsync("/apis", aggregated)).Items, g => (string?)g!["metadata"]!["name"] == widgets.Group);
    }

    [Fact]
    public async Task Deleting_a_definition_deletes_its_objects_first()
    {
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();
        await widgets.CreateAsync(Any);
        var held = widgets.Object("held", "\"spec\":{}").Replace("\"name\":\"held\"", "\"name\":\"held\",\"finalizers\":[\"example.com/hold\"]", StringComparison.Ordinal);
        await Api.CreateAsync(widgets.Objects(ns), held);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("free", "\"spec\":{}"));

        var deleted = (await Api.DeleteAsync(widgets.Definition)).Expect(200).Body;
        await Eventually(async () => (await Api.GetAsync($"{widgets.Objects(ns)}/free")).Code == 404);
        var refused = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("late", "\"spec\":{}"))).Expect(405);

        Assert.Contains("customresourcecleanup.apiextensions.k8s.io", deleted["metadata"]!["finalizers"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("create not allowed while custom resource definition is terminating", refused.Message);
        Assert.Contains("Terminating=True/InstanceDeletionInProgress", Conditions((await Api.GetAsync(widgets.Definition)).Expect(200).Body));

        (await Api.MergeAsync($"{widgets.Objects(ns)}/held", """{"metadata":{"finalizers":null}}""")).Expect(200);
        await Eventually(async () => (await Api.GetAsync(widgets.Definition)).Code == 404);
    }

    [Fact]
    public async Task Cleaning_up_after_a_definition_leaves_its_successor_alone()
    {
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();
        await widgets.CreateAsync(Any);
        var first = (string)(await Api.GetAsync(widgets.Definition)).Metadata["uid"]!;
        var served = host.Services.GetRequiredService<ResourceRegistry>().Resources.First(r => r.Type.Group == widgets.Group).Custom;
        (await Api.DeleteAsync(widgets.Definition)).Expect(200);
        await Eventually(async () => (await Api.GetAsync(widgets.Definition)).Code == 404);
        await widgets.CreateAsync(Any);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{}"));

        // As somebody would who was told late of the first one's deletion.
        var cleaner = host.Services.GetRequiredService<InstanceCleaner>();
        cleaner.Begin(widgets.Name, first, served, CancellationToken.None);
        await cleaner.DoneAsync().WaitAsync(TimeSpan.FromSeconds(90));

        (await Api.GetAsync($"{widgets.Objects(ns)}/one")).Expect(200);
        Assert.DoesNotContain(Conditions((await Api.GetAsync(widgets.Definition)).Body), c => c.StartsWith("Terminating", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_that_another_definition_has_are_not_accepted_until_it_goes()
    {
        var first = new Definitions(Api);
        await first.CreateAsync(Any);
        var body = first.Body(Definitions.Version("v1", Any)).Replace("widgets", "gadgets", StringComparison.Ordinal).Replace("\"widget\"", "\"gadget\"", StringComparison.Ordinal);

        (await Api.PostAsync(Definitions.Path, body)).Expect(201);
        var second = $"{Definitions.Path}/gadgets.{first.Group}";
        var refused = (await Api.GetAsync(second)).Body;

        Assert.Equal(["NamesAccepted=False/ListKindConflict", "Established=False/NotAccepted"], Conditions(refused));
        Assert.Equal("\"WidgetList\" is already in use", (string?)refused["status"]!["conditions"]![0]!["message"]);
        (await Api.DeleteAsync(first.Definition)).Expect(200);
        await Eventually(async () => Conditions((await Api.GetAsync(second)).Body).Contains("Established=True/InitialNamesAccepted"));
    }

    [Fact]
    public async Task A_definition_is_listed_updated_patched_and_shown_like_any_object()
    {
        var widgets = new Definitions(Api);
        await widgets.CreateAsync(Any);
        var path = widgets.Definition;

        await widgets.UpdateAsync(d => d["metadata"]!["labels"] = new JsonObject { ["put"] = "yes" });
        (await Api.MergeAsync(path, """{"metadata":{"labels":{"merge":"yes"}}}""")).Expect(200);
        (await Api.StrategicAsync(path, """{"metadata":{"labels":{"strategic":"yes"}}}""")).Expect(200);
        (await Api.JsonPatchAsync(path, """[{"op":"add","path":"/metadata/labels/json","value":"yes"}]""")).Expect(200);
        var status = (await Api.MergeAsync(path + "/status", """{"status":{"conditions":[{"type":"StatusPatched","status":"True","reason":"E2E","message":"m"}]}}""")).Expect(200);
        var read = (await Api.GetAsync(path + "/status")).Expect(200);
        var table = (await Api.GetAsync(Definitions.Path, "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200);

        Assert.Equal(["json", "merge", "put", "strategic"], read.Metadata["labels"]!.AsObject().Select(l => l.Key).Order());
        Assert.Equal("CustomResourceDefinition", (string?)read.Body["kind"]);
        Assert.Equal(1, (int?)read.Metadata["generation"]);
        Assert.Contains("StatusPatched=True/E2E", Conditions(status.Body));
        Assert.Contains(table.Body["rows"]!.AsArray(), r => (string?)r!["cells"]![0] == widgets.Name);
    }

    [Fact]
    public async Task Watches_end_when_the_definition_changes_and_not_before()
    {
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();
        await widgets.CreateAsync(Any);
        using var watch = await Api.WatchAsync(widgets.Objects(ns));
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{}"));
        Assert.Equal("one", (await watch.ExpectAsync("ADDED")).Name);

        (await Api.MergeAsync(widgets.Definition, """{"metadata":{"labels":{"a":"b"}}}""")).Expect(200);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("two", "\"spec\":{}"));
        Assert.Equal("two", (await watch.ExpectAsync("ADDED")).Name);

        await widgets.UpdateAsync(d => Definitions.SpecSchema(d)["description"] = "changed");
        Assert.Null(await watch.NextAsync());
        using var again = await Api.WatchAsync(widgets.Objects(ns));
        Assert.Equal("one", (await again.ExpectAsync("ADDED")).Name);
    }

    [Fact]
    public async Task Custom_resources_are_there_after_a_restart()
    {
        var own = new ApiHost();
        await own.InitializeAsync();
        try
        {
            var widgets = new Definitions(own.Admin);
            var ns = await own.NamespaceAsync();
            await widgets.CreateAsync(Any);
            await own.Admin.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"x\":1}"));

            await own.RestartAsync();

            Assert.Equal(1, (int?)(await own.Admin.GetAsync($"{widgets.Objects(ns)}/one")).Expect(200).Body["spec"]!["x"]);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    internal static string[] Conditions(JsonObject definition) =>
        [.. (definition["status"]?["conditions"]?.AsArray() ?? []).Select(c => $"{c!["type"]}={c["status"]}/{c["reason"]}")];

    internal static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!await condition())
            await Task.Delay(20, limit.Token);
    }
}
