using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Testing.Webhooks;

namespace LiteKube.ApiServer.Tests.CustomResources;

[Collection(ApiHostCollection.Name)]
public sealed class ConversionTests(ApiHost host)
{
    private const string V1 = """{"type":"object","properties":{"hostPort":{"type":"string"}}}""";
    private const string V2 = """{"type":"object","properties":{"host":{"type":"string"},"port":{"type":"string"}}}""";

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task With_strategy_None_only_the_version_changes_and_unknown_fields_go()
    {
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync(Definitions.Path, widgets.Body(
            Definitions.Version("v1", """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}"""),
            Definitions.Version("v2", """{"type":"object","properties":{"a":{"type":"string"}}}""", storage: false)));
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"a\":\"x\",\"b\":\"y\"}"));

        var second = (await Api.GetAsync($"{widgets.Objects(ns, "v2")}/one")).Expect(200);
        await widgets.UpdateAsync(d =>
        {
            d["spec"]!["versions"]![0]!["storage"] = false;
            d["spec"]!["versions"]![1]!["storage"] = true;
        });
        var definition = (await Api.GetAsync(widgets.Definition)).Body;
        var still = (await Api.GetAsync($"{widgets.Objects(ns)}/one")).Expect(200);
        (await Api.MergeAsync($"{widgets.Objects(ns)}/one", """{"spec":{"a":"z"}}""")).Expect(200);
        var rewritten = (await Api.GetAsync($"{widgets.Objects(ns)}/one")).Expect(200);

        Assert.Equal($"{widgets.Group}/v2", (string?)second.Body["apiVersion"]);
        Assert.Equal("""{"a":"x"}""", second.Body["spec"]!.ToJsonString());
        Assert.Equal("""["v1","v2"]""", definition["status"]!["storedVersions"]!.ToJsonString());
        Assert.Equal("""{"a":"x","b":"y"}""", still.Body["spec"]!.ToJsonString());
        Assert.Equal("""{"a":"z"}""", rewritten.Body["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task A_bundle_that_is_none_keeps_a_definition_from_being_served_and_cannot_replace_one()
    {
        await using var webhook = await WebhookServer.StartAsync();
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();
        var conversion = """
            "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://localhost:1/","caBundle":"Cg=="}}},
            """;

        await Api.CreateAsync(Definitions.Path, widgets.Body([Definitions.Version("v1", V1)], conversion));
        (await Api.GetAsync(widgets.Objects(ns))).Expect(404);
        await widgets.UpdateAsync(d => d["spec"]!["conversion"]!["webhook"]!["clientConfig"]!["caBundle"] = webhook.CaBundle);
        (await Api.GetAsync(widgets.Objects(ns))).Expect(200);

        var refused = (await Api.MergeAsync(widgets.Definition, """{"spec":{"conversion":{"webhook":{"clientConfig":{"caBundle":"Cg=="}}}}}""")).Expect(422);
        Assert.Equal(
            $"CustomResourceDefinition.apiextensions.k8s.io \"{widgets.Name}\" is invalid: spec.conversion.webhookClientConfig.caBundle: Invalid value: []byte{{0xa}}: unable to load root certificates: unable to parse bytes as PEM block",
            refused.Message);
    }

    [Fact]
    public async Task A_webhook_converts_gets_lists_watches_and_writes()
    {
        await using var webhook = await WebhookServer.StartAsync();
        webhook.Raw = Convert;
        var (widgets, ns) = await ServeAsync(webhook);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"hostPort\":\"a:1\"}"));
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("two", "\"spec\":{\"hostPort\":\"b:2\"}"));
        using var watch = await Api.WatchAsync($"{widgets.Objects(ns, "v2")}?fieldSelector=spec.host%3Da");

        var got = (await Api.GetAsync($"{widgets.Objects(ns, "v2")}/one")).Expect(200);
        webhook.Asked.Clear();
        var listed = (await Api.GetAsync(widgets.Objects(ns, "v2"))).Expect(200);
        var selected = (await Api.GetAsync($"{widgets.Objects(ns, "v2")}?fieldSelector=spec.port%3D2")).Expect(200);
        var made = (await Api.PostAsync(widgets.Objects(ns, "v2"), widgets.Object("three", "\"spec\":{\"host\":\"a\",\"port\":\"3\"}", "v2"))).Expect(201);
        var stored = (await Api.GetAsync($"{widgets.Objects(ns)}/three")).Expect(200);

        Assert.Equal("""{"host":"a","port":"1"}""", got.Body["spec"]!.ToJsonString());
        Assert.Equal(["one", "two"], listed.Items.Select(i => (string)i!["metadata"]!["name"]!));
        Assert.All(listed.Items, i => Assert.Equal($"{widgets.Group}/v2", (string?)i!["apiVersion"]));
        Assert.Equal(["two"], selected.Items.Select(i => (string)i!["metadata"]!["name"]!));
        Assert.Equal("""{"host":"a","port":"3"}""", made.Body["spec"]!.ToJsonString());
        Assert.Equal("""{"hostPort":"a:3"}""", stored.Body["spec"]!.ToJsonString());
        Assert.Equal("""{"host":"a","port":"1"}""", (await watch.ExpectAsync("ADDED")).Object["spec"]!.ToJsonString());
        Assert.Equal("three", (await watch.ExpectAsync("ADDED")).Name);
        (await Api.MergeAsync($"{widgets.Objects(ns)}/three", """{"spec":{"hostPort":"c:3"}}""")).Expect(200);
        Assert.Equal("three", (await watch.ExpectAsync("DELETED")).Name);
        (await Api.DeleteAsync($"{widgets.Objects(ns, "v2")}?fieldSelector=spec.host%3Dc")).Expect(200);
        Assert.Equal(["one", "two"], (await Api.GetAsync(widgets.Objects(ns))).Items.Select(i => (string)i!["metadata"]!["name"]!));
    }

    [Fact]
    public async Task A_list_goes_to_the_webhook_in_one_piece()
    {
        await using var webhook = await WebhookServer.StartAsync();
        webhook.Raw = Convert;
        var (widgets, ns) = await ServeAsync(webhook);
        for (var i = 0; i < 5; i++)
            await Api.CreateAsync(widgets.Objects(ns), widgets.Object("w" + i, "\"spec\":{\"hostPort\":\"a:1\"}"));
        webhook.Asked.Clear();

        (await Api.GetAsync(widgets.Objects(ns, "v2"))).Expect(200);

        var (path, review) = Assert.Single(webhook.Asked);
        Assert.Equal("/convert?timeout=30s", path);
        Assert.Equal("apiextensions.k8s.io/v1", (string?)review["apiVersion"]);
        Assert.Equal($"{widgets.Group}/v2", (string?)review["request"]!["desiredAPIVersion"]);
        Assert.Equal(5, review["request"]!["objects"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_the_webhook_says_is_wrong_is_told_and_its_nonsense_refused()
    {
        await using var webhook = await WebhookServer.StartAsync();
        webhook.Raw = Convert;
        var (widgets, ns) = await ServeAsync(webhook);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"hostPort\":\"a:1\"}"));
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("two", "\"spec\":{\"hostPort\":\"a:1\"}"));

        webhook.Raw = request => (200, Review(request, [], "Failed", "no way").ToJsonString());
        var failed = (await Api.GetAsync($"{widgets.Objects(ns, "v2")}/one")).Expect(500);
        webhook.Raw = request => (200, Review(request, [Renamed(request)], "Success").ToJsonString());
        var renamed = (await Api.GetAsync($"{widgets.Objects(ns, "v2")}/two")).Expect(500);
        var own = (await Api.GetAsync($"{widgets.Objects(ns)}/one")).Expect(200);

        Assert.Equal($"conversion webhook for {widgets.Group}/v1, Kind=Widget failed: no way", failed.Message);
        Assert.Contains("returned invalid converted object at index 0: must have the same name: other != two", renamed.Message, StringComparison.Ordinal);
        Assert.Equal("a:1", (string?)own.Body["spec"]!["hostPort"]);
    }

    private async Task<(Definitions Widgets, string Namespace)> ServeAsync(WebhookServer webhook)
    {
        var widgets = new Definitions(Api);
        var conversion = $$$"""
            "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://127.0.0.1:{{{webhook.Port}}}/convert","caBundle":"{{{webhook.CaBundle}}}"} } },
            """;
        string[] versions =
        [
            Definitions.Version("v1", V1),
            Definitions.Version("v2", V2, storage: false, more: "\"selectableFields\":[{\"jsonPath\":\".spec.host\"},{\"jsonPath\":\".spec.port\"}],"),
        ];
        await Api.CreateAsync(Definitions.Path, widgets.Body(versions, conversion));
        return (widgets, await host.NamespaceAsync());
    }

    private static (int, string)? Convert(JsonObject request)
    {
        var wanted = (string)request["desiredAPIVersion"]!;
        var made = request["objects"]!.AsArray().Select(o =>
        {
            var one = o!.DeepClone().AsObject();
            one["apiVersion"] = wanted;
            var spec = one["spec"]!.AsObject();
            if (wanted.EndsWith("/v2", StringComparison.Ordinal) && (string?)spec["hostPort"] is { } both)
                one["spec"] = new JsonObject { ["host"] = both.Split(':')[0], ["port"] = both.Split(':')[1] };
            else if (wanted.EndsWith("/v1", StringComparison.Ordinal))
                one["spec"] = new JsonObject { ["hostPort"] = $"{spec["host"]}:{spec["port"]}" };
            return (JsonNode?)one;
        });
        return (200, Review(request, [.. made], "Success").ToJsonString());
    }

    private static JsonObject Renamed(JsonObject request)
    {
        var one = request["objects"]![0]!.DeepClone().AsObject();
        one["apiVersion"] = (string)request["desiredAPIVersion"]!;
        one["metadata"]!["name"] = "other";
        return one;
    }

    private static JsonObject Review(JsonObject request, JsonNode?[] objects, string status, string? message = null) => new()
    {
        ["kind"] = "ConversionReview",
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["response"] = new JsonObject
        {
            ["uid"] = (string)request["uid"]!,
            ["result"] = new JsonObject { ["status"] = status, ["message"] = message },
            ["convertedObjects"] = new JsonArray(objects),
        },
    };
}
