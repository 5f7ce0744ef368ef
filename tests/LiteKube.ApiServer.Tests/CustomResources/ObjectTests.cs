using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.CustomResources;

[Collection(ApiHostCollection.Name)]
public sealed class ObjectTests(ApiHost host)
{
    private const string Schema = """
        {"type":"object","properties":{"size":{"type":"integer","minimum":1},"color":{"type":"string","enum":["red","blue"]},"replicas":{"type":"integer"},"parts":{"type":"array","items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}}
        """;

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Unknown_fields_are_dropped_and_with_strict_validation_refused()
    {
        var (widgets, ns) = await ServeAsync(Schema);
        var body = widgets.Object("one", "\"spec\":{\"size\":1,\"unknown\":2,\"size\":3}").Replace("\"name\":\"one\"", "\"name\":\"one\",\"unknownMeta\":1", StringComparison.Ordinal);

        var strict = (await Api.PostAsync(widgets.Objects(ns) + "?fieldValidation=Strict", body)).Expect(400);
        var warned = (await Api.PostAsync(widgets.Objects(ns), body)).Expect(201);

        Assert.Equal(
            "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate field \"spec.size\", unknown field \"metadata.unknownMeta\", unknown field \"spec.unknown\"",
            strict.Message);
        Assert.Equal("""{"size":3}""", warned.Body["spec"]!.ToJsonString());
        Assert.Equal(3, warned.Response.Headers.GetValues("Warning").Count());
    }

    [Fact]
    public async Task Every_value_that_does_not_fit_is_named_in_one_answer()
    {
        var (widgets, ns) = await ServeAsync(Schema);

        var refused = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"size\":\"big\",\"color\":\"green\",\"parts\":[{}]}"))).Expect(422);

        Assert.Equal(
            $"Widget.{widgets.Group} \"one\" is invalid: [spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\", spec.color: Unsupported value: \"green\": supported values: \"red\", \"blue\", spec.parts[0].name: Required value]",
            refused.Message);
        Assert.Equal("FieldValueTypeInvalid", (string?)refused.Body["details"]!["causes"]![0]!["reason"]);
    }

    [Fact]
    public async Task Defaults_fill_in_what_is_written_and_what_was_written_before_them()
    {
        var (widgets, ns) = await ServeAsync(Schema);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("old", "\"spec\":{}"));

        await widgets.UpdateAsync(d => Definitions.SpecSchema(d)["properties"]!["color"]!["default"] = "red");
        var made = await Api.CreateAsync(widgets.Objects(ns), widgets.Object("new", "\"spec\":{}"));
        var old = (await Api.GetAsync($"{widgets.Objects(ns)}/old")).Expect(200);
        var listed = (await Api.GetAsync(widgets.Objects(ns))).Expect(200);

        Assert.Equal("red", (string?)made.Body["spec"]!["color"]);
        Assert.Equal("red", (string?)old.Body["spec"]!["color"]);
        Assert.All(listed.Items, i => Assert.Equal("red", (string?)i!["spec"]!["color"]));
    }

    [Fact]
    public async Task A_field_that_the_schema_no_longer_has_is_not_served_any_more()
    {
        var (widgets, ns) = await ServeAsync(Schema);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"size\":1,\"color\":\"red\"}"));

        await widgets.UpdateAsync(d => Definitions.SpecSchema(d)["properties"]!.AsObject().Remove("color"));

        Assert.Equal("""{"size":1}""", (await Api.GetAsync($"{widgets.Objects(ns)}/one")).Expect(200).Body["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task Without_a_status_subresource_every_change_but_of_metadata_is_a_generation()
    {
        var (widgets, ns) = await ServeAsync(Schema);
        var one = $"{widgets.Objects(ns)}/one";
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"size\":1},\"status\":{\"phase\":\"New\"}"));

        Assert.Equal(1, Generation(await Api.MergeAsync(one, """{"metadata":{"labels":{"a":"b"}}}""")));
        Assert.Equal(2, Generation(await Api.MergeAsync(one, """{"status":{"phase":"Old"}}""")));
        Assert.Equal(3, Generation(await Api.MergeAsync(one, """{"spec":{"size":2}}""")));
        (await Api.MergeAsync(one + "/status", """{"status":{"phase":"x"}}""")).Expect(404);
    }

    [Fact]
    public async Task The_status_subresource_writes_status_and_nothing_else()
    {
        var (widgets, ns) = await ServeAsync(Schema, "\"subresources\":{\"status\":{}},");
        var one = $"{widgets.Objects(ns)}/one";
        var made = await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"size\":1},\"status\":{\"phase\":\"New\"}"));

        var plain = (await Api.MergeAsync(one, """{"spec":{"size":2},"status":{"phase":"Mine"}}""")).Expect(200);
        var status = (await Api.MergeAsync(one + "/status", """{"metadata":{"labels":{"a":"b"}},"spec":{"size":9},"status":{"phase":"Ready"}}""")).Expect(200);

        Assert.Null(made.Body["status"]);
        Assert.Null(plain.Body["status"]);
        Assert.Equal(2, Generation(plain));
        Assert.Equal("Ready", (string?)status.Body["status"]!["phase"]);
        Assert.Equal(2, (int?)status.Body["spec"]!["size"]);
        Assert.Null(status.Metadata["labels"]);
        Assert.Equal(2, Generation(status));
    }

    [Fact]
    public async Task The_scale_subresource_reads_and_writes_where_the_definition_says()
    {
        var (widgets, ns) = await ServeAsync(
            """{"type":"object","properties":{"deep":{"type":"object","properties":{"count":{"type":"integer"}}}}}""",
            "\"subresources\":{\"status\":{},\"scale\":{\"specReplicasPath\":\".spec.deep.count\",\"statusReplicasPath\":\".status.count\",\"labelSelectorPath\":\".status.selector\"}},");
        var one = $"{widgets.Objects(ns)}/one";
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"deep\":{\"count\":3}}"));
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("bare", "\"spec\":{}"));
        (await Api.MergeAsync(one + "/status", """{"status":{"count":2,"selector":"a=b"}}""")).Expect(200);

        var read = (await Api.GetAsync(one + "/scale")).Expect(200);
        var written = (await Api.MergeAsync(one + "/scale", """{"spec":{"replicas":7}}""")).Expect(200);
        var replaced = (await Api.PutAsync(one + "/scale", read.Body.ToJsonString())).Expect(409);

        Assert.Equal("autoscaling/v1", (string?)read.Body["apiVersion"]);
        Assert.Equal(3, (int?)read.Body["spec"]!["replicas"]);
        Assert.Equal("""{"replicas":2,"selector":"a=b"}""", read.Body["status"]!.ToJsonString());
        Assert.Equal(7, (int?)written.Body["spec"]!["replicas"]);
        Assert.Equal(7, (int?)(await Api.GetAsync(one)).Body["spec"]!["deep"]!["count"]);
        Assert.Equal("Conflict", replaced.Reason);
        Assert.Contains("the spec replicas field \".spec.deep.count\" does not exist", (await Api.GetAsync($"{widgets.Objects(ns)}/bare/scale")).Expect(422).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_must_say_which_version_it_replaces()
    {
        var (widgets, ns) = await ServeAsync(Schema);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"size\":1}"));

        var refused = (await Api.PutAsync($"{widgets.Objects(ns)}/one", widgets.Object("one", "\"spec\":{\"size\":2}"))).Expect(422);

        Assert.Contains("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategic_merge_and_protobuf_are_not_for_custom_resources()
    {
        var (widgets, ns) = await ServeAsync(Schema);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"size\":1}"));

        (await Api.StrategicAsync($"{widgets.Objects(ns)}/one", """{"spec":{"size":2}}""")).Expect(415);
        (await Api.SendAsync(HttpMethod.Post, widgets.Objects(ns), "k8s", "application/vnd.kubernetes.protobuf")).Expect(415);
        (await Api.GetAsync($"{widgets.Objects(ns)}/one", "application/vnd.kubernetes.protobuf")).Expect(406);
        (await Api.GetAsync($"{widgets.Objects(ns)}/one", "application/vnd.kubernetes.protobuf,application/json")).Expect(200);
        (await Api.JsonPatchAsync($"{widgets.Objects(ns)}/one", """[{"op":"replace","path":"/spec/size","value":5}]""")).Expect(200);
    }

    [Fact]
    public async Task A_table_has_the_columns_of_the_definition()
    {
        var (widgets, ns) = await ServeAsync(Schema, """
            "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size","description":"how big"},{"name":"Since","type":"date","jsonPath":".status.since"},
            {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status","priority":1},{"name":"Spec","type":"string","jsonPath":".spec.parts"}],
            """);
        var since = DateTimeOffset.UtcNow.AddHours(-50).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("a", "\"spec\":{\"size\":3,\"parts\":[{\"name\":\"x\"}]},\"status\":{\"since\":\"" + since + "\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}"));
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("b", "\"spec\":{}"));

        var table = (await Api.GetAsync(widgets.Objects(ns), "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200).Body;

        Assert.Equal(["Name", "Size", "Since", "Ready", "Spec"], table["columnDefinitions"]!.AsArray().Select(c => (string)c!["name"]!));
        Assert.Equal(1, (int?)table["columnDefinitions"]![3]!["priority"]);
        Assert.Equal("""["a",3,"2d2h","True","[{\"name\":\"x\"}]"]""", table["rows"]![0]!["cells"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal("""["b",null,null,null,null]""", table["rows"]![1]!["cells"]!.ToJsonString());
    }

    [Fact]
    public async Task Selectable_fields_select_lists_watches_and_deletions()
    {
        var (widgets, ns) = await ServeAsync(Schema, "\"selectableFields\":[{\"jsonPath\":\".spec.color\"}],");
        var path = widgets.Objects(ns);
        await Api.CreateAsync(path, widgets.Object("a", "\"spec\":{\"color\":\"red\"}"));
        await Api.CreateAsync(path, widgets.Object("b", "\"spec\":{\"color\":\"blue\"}"));
        using var watch = await Api.WatchAsync($"{path}?fieldSelector=spec.color%3Dred");
        Assert.Equal("a", (await watch.ExpectAsync("ADDED")).Name);

        (await Api.MergeAsync($"{path}/a", """{"spec":{"color":"blue"}}""")).Expect(200);
        var left = await watch.ExpectAsync("DELETED");
        (await Api.MergeAsync($"{path}/b", """{"spec":{"color":"red"}}""")).Expect(200);

        Assert.Equal("a", left.Name);
        Assert.Equal("b", (await watch.ExpectAsync("ADDED")).Name);
        Assert.Equal(["b"], (await Api.GetAsync($"{path}?fieldSelector=spec.color%3Dred")).Items.Select(i => (string)i!["metadata"]!["name"]!));
        Assert.Equal("field label not supported: spec.size", (await Api.GetAsync($"{path}?fieldSelector=spec.size%3D1")).Expect(400).Message);
        (await Api.DeleteAsync($"{path}?fieldSelector=spec.color%3Dred")).Expect(200);
        Assert.Equal(["a"], (await Api.GetAsync(path)).Items.Select(i => (string)i!["metadata"]!["name"]!));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        var (widgets, ns) = await ServeAsync(Schema);

        (await Api.PostAsync(widgets.Objects(ns) + "?dryRun=All", widgets.Object("one", "\"spec\":{\"size\":1}"))).Expect(201);

        (await Api.GetAsync($"{widgets.Objects(ns)}/one")).Expect(404);
    }

    private async Task<(Definitions Widgets, string Namespace)> ServeAsync(string schema, string more = "")
    {
        var widgets = new Definitions(Api);
        await widgets.CreateAsync(schema, more);
        return (widgets, await host.NamespaceAsync());
    }

    private static int? Generation(ApiAnswer answer) => (int?)answer.Expect(200).Metadata["generation"];
}
