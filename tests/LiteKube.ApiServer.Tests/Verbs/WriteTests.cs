using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class WriteTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Created_objects_get_uid_time_and_version_and_no_client_given_system_fields()
    {
        var ns = await host.NamespaceAsync();
        var made = await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a","uid":"mine","generation":7,"selfLink":"x","managedFields":[{"manager":"m"}]},"data":{"k":"v"}}""");
        Assert.NotEqual("mine", (string)made.Metadata["uid"]!);
        Assert.True(Guid.TryParse((string)made.Metadata["uid"]!, out _));
        Assert.NotNull(made.Metadata["creationTimestamp"]);
        Assert.True(long.Parse(made.Version) > 0);
        Assert.Null(made.Metadata["selfLink"]);
        Assert.DoesNotContain(made.Metadata["managedFields"]!.AsArray(), f => (string?)f!["manager"] == "m");
        Assert.Null(made.Metadata["generation"]);
        var read = (await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps/a")).Expect(200);
        Assert.True(JsonNode.DeepEquals(made.Body, read.Body));
    }

    [Fact]
    public async Task GenerateName_appends_five_characters()
    {
        var ns = await host.NamespaceAsync();
        var made = await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"generateName":"a-"}}""");
        Assert.Matches("^a-[bcdfghjklmnpqrstvwxz2456789]{5}$", (string)made.Metadata["name"]!);
    }

    [Fact]
    public async Task A_second_create_of_one_name_is_refused()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");
        var second = (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""")).Expect(409);
        Assert.Equal("AlreadyExists", second.Reason);
        Assert.Equal("configmaps \"a\" already exists", second.Message);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a","namespace":"elsewhere"}}""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"}}""", 400, "cannot be handled as a ConfigMap")]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"apps/v1","metadata":{"name":"a"}}""", 400, "does not match the expected API version")]
    [InlineData("""{"metadata":{}}""", 422, "name or generateName is required")]
    [InlineData("""{"metadata":{"name":"a","resourceVersion":"5"}}""", 400, "resourceVersion should not be set")]
    [InlineData("{", 400, "")]
    [InlineData("", 400, "")]
    public async Task Bodies_that_do_not_fit_are_refused(string body, int code, string message)
    {
        var ns = await host.NamespaceAsync();
        var answer = (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", body)).Expect(code);
        Assert.Contains(message, answer.Message);
        Assert.Equal("Failure", (string)answer.Body["status"]!);
    }

    [Fact]
    public async Task An_update_of_an_older_version_conflicts_and_one_without_a_version_does_not()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        var first = await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"1"}}""");
        await Api.MergeAsync(path, """{"data":{"k":"2"}}""");
        var stale = first.Body.DeepClone().AsObject();
        stale["data"]!["k"] = "3";
        var conflict = (await Api.PutAsync(path, stale.ToJsonString())).Expect(409);
        Assert.Equal("Conflict", conflict.Reason);
        Assert.Contains("the object has been modified; please apply your changes to the latest version and try again", conflict.Message);
        var forced = (await Api.PutAsync(path, """{"metadata":{"name":"a"},"data":{"k":"4"}}""")).Expect(200);
        Assert.Equal("4", (string)forced.Body["data"]!["k"]!);
        Assert.Equal((string)first.Metadata["uid"]!, (string)forced.Metadata["uid"]!);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_writes_nothing()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        var made = await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"1","l":"2"}}""");
        Assert.Equal(made.Version, (await Api.MergeAsync(path, """{"data":{"k":"1"}}""")).Expect(200).Version);
        Assert.Equal(made.Version, (await Api.PutAsync(path, """{"data":{"l":"2","k":"1"},"metadata":{"name":"a"}}""")).Expect(200).Version);
    }

    [Fact]
    public async Task Generation_counts_changes_of_the_spec_only()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        var made = await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        Assert.Equal(1, (long)made.Metadata["generation"]!);
        Assert.Equal(1, (long)(await Api.MergeAsync(path, """{"metadata":{"labels":{"x":"y"},"generation":9}}""")).Metadata["generation"]!);
        Assert.Equal(2, (long)(await Api.MergeAsync(path, """{"spec":{"replicas":3}}""")).Metadata["generation"]!);
        Assert.Equal(2, (long)(await Api.MergeAsync(path + "/status", """{"status":{"replicas":3}}""")).Metadata["generation"]!);
    }

    [Fact]
    public async Task Status_and_spec_are_written_each_through_its_own_path()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        var made = await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d").Replace("\"spec\"", "\"status\":{\"replicas\":9},\"spec\""));
        Assert.Null(made.Body["status"]?["replicas"]);
        var viaObject = (await Api.MergeAsync(path, """{"status":{"replicas":5}}""")).Expect(200);
        Assert.Null(viaObject.Body["status"]?["replicas"]);
        var viaStatus = (await Api.MergeAsync(path + "/status", """{"metadata":{"annotations":{"patchedstatus":"true"}},"spec":{"replicas":7},"status":{"replicas":5}}""")).Expect(200);
        Assert.Equal(5, (int)viaStatus.Body["status"]!["replicas"]!);
        Assert.Equal(1, (int)viaStatus.Body["spec"]!["replicas"]!);
        Assert.Equal("true", (string)viaStatus.Metadata["annotations"]!["patchedstatus"]!);
    }

    [Fact]
    public async Task Scale_reads_and_writes_the_replicas()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d/scale";
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        var scale = (await Api.GetAsync(path)).Expect(200);
        Assert.Equal("autoscaling/v1", (string)scale.Body["apiVersion"]!);
        Assert.Equal("app=d", (string)scale.Body["status"]!["selector"]!);
        scale.Body["spec"]!["replicas"] = 4;
        Assert.Equal(4, (int)(await Api.PutAsync(path, scale.Body.ToJsonString())).Expect(200).Body["spec"]!["replicas"]!);
        Assert.Equal(6, (int)(await Api.MergeAsync(path, """{"spec":{"replicas":6}}""")).Expect(200).Body["spec"]!["replicas"]!);
        (await Api.PutAsync(path, scale.Body.ToJsonString())).Expect(409);
        Assert.Equal(6, (int)(await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d")).Body["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task Strategic_merge_merges_containers_by_name_and_json_patch_by_place()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        var merged = (await Api.StrategicAsync(path, """{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"E","value":"1"}]}]}}}}""")).Expect(200);
        var container = merged.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single()!;
        Assert.Equal("img", (string)container["image"]!);
        Assert.Equal("E", (string)container["env"]![0]!["name"]!);
        var replaced = (await Api.JsonPatchAsync(path, """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"other"}]""")).Expect(200);
        Assert.Equal("other", (string)replaced.Body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!);
        (await Api.JsonPatchAsync(path, """[{"op":"test","path":"/spec/replicas","value":99}]""")).Expect(422);
        (await Api.SendAsync(HttpMethod.Patch, path, "{}", "application/json")).Expect(415);
    }

    [Fact]
    public async Task Concurrent_patches_all_arrive()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{}}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Api.MergeAsync(path, $$$"""{"data":{"k{{{i}}}":"v"}}""")));
        Assert.All(answers, a => a.Expect(200));
        Assert.Equal(30, (await Api.GetAsync(path)).Body["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Dry_run_answers_and_stores_nothing()
    {
        var ns = await host.NamespaceAsync();
        (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps?dryRun=All", """{"metadata":{"name":"a"}}""")).Expect(201);
        (await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps/a")).Expect(404);
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"1"}}""");
        Assert.Equal("2", (string)(await Api.MergeAsync($"/api/v1/namespaces/{ns}/configmaps/a?dryRun=All", """{"data":{"k":"2"}}""")).Body["data"]!["k"]!);
        (await Api.DeleteAsync($"/api/v1/namespaces/{ns}/configmaps/a?dryRun=All")).Expect(200);
        Assert.Equal("1", (string)(await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps/a")).Body["data"]!["k"]!);
    }

    [Fact]
    public async Task Field_validation_refuses_warns_or_passes_over()
    {
        var ns = await host.NamespaceAsync();
        var body = """{"metadata":{"name":"NAME","unknownMeta":1},"data":{"k":"1"},"data":{"k":"2"},"nope":true}""";
        var path = $"/api/v1/namespaces/{ns}/configmaps?fieldValidation=";
        var strict = (await Api.PostAsync(path + "Strict", body.Replace("NAME", "a"))).Expect(400);
        Assert.Contains("strict decoding error: ", strict.Message);
        Assert.Contains("unknown field \"nope\"", strict.Message);
        Assert.Contains("unknown field \"metadata.unknownMeta\"", strict.Message);
        Assert.Contains("duplicate field \"data\"", strict.Message);
        var warned = (await Api.PostAsync(path + "Warn", body.Replace("NAME", "b"))).Expect(201);
        Assert.Contains(warned.Response.Headers.GetValues("Warning"), w => w.Contains("unknown field"));
        Assert.Null(warned.Body["nope"]);
        var odd = (await Api.PostAsync(path + "Warn", """{"metadata":{"name":"d"},"ünknown\"\n":1}""")).Expect(201);
        Assert.True(odd.Response.Headers.Contains("Warning"));
        var ignored = (await Api.PostAsync(path + "Ignore", body.Replace("NAME", "c"))).Expect(201);
        Assert.False(ignored.Response.Headers.Contains("Warning"));
    }

    [Fact]
    public async Task Secrets_keep_stringData_as_data()
    {
        var ns = await host.NamespaceAsync();
        var made = await Api.CreateAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"},"stringData":{"k":"v"}}""");
        Assert.Equal("dg==", (string)made.Body["data"]!["k"]!);
        Assert.Null(made.Body["stringData"]);
    }

    [Fact]
    public async Task Events_are_one_storage_under_two_groups()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/apis/events.k8s.io/v1/namespaces/{ns}/events",
            $$$"""{"metadata":{"name":"e"},"eventTime":"2026-01-01T00:00:00.000000Z","note":"said","reason":"Why","type":"Normal","action":"Do","reportingController":"c","reportingInstance":"i","regarding":{"kind":"Pod","namespace":"{{{ns}}}","name":"p"}}""");
        var core = (await Api.GetAsync($"/api/v1/namespaces/{ns}/events/e")).Expect(200);
        Assert.Equal("said", (string)core.Body["message"]!);
        Assert.Equal("p", (string)core.Body["involvedObject"]!["name"]!);
        var patched = (await Api.MergeAsync($"/api/v1/namespaces/{ns}/events/e", """{"message":"again"}""")).Expect(200);
        Assert.Equal("v1", (string)patched.Body["apiVersion"]!);
        Assert.Equal("again", (string)(await Api.GetAsync($"/apis/events.k8s.io/v1/namespaces/{ns}/events/e")).Body["note"]!);
        Assert.Single((await Api.GetAsync($"/api/v1/namespaces/{ns}/events?fieldSelector=involvedObject.name=p")).Items);
    }

    [Fact]
    public async Task Autoscalers_are_one_storage_in_two_versions()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers",
            """{"metadata":{"name":"h"},"spec":{"maxReplicas":3,"targetCPUUtilizationPercentage":70,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}}""");
        var v2 = (await Api.GetAsync($"/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers/h")).Expect(200);
        Assert.Equal(70, (int)v2.Body["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]!);
        var v1 = (await Api.GetAsync($"/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers/h")).Expect(200);
        Assert.Equal(70, (int)v1.Body["spec"]!["targetCPUUtilizationPercentage"]!);
    }
}
