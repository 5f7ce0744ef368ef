using System.Text.Json.Nodes;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

/// <summary>The life of an object of every kind that is stored, by the verbs that discovery promises.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class EveryKindTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    public static TheoryData<string, string, string> Kinds()
    {
        var data = new TheoryData<string, string, string>();
        // The server itself goes on writing to definitions, and they go after their objects: they have tests of their own.
        foreach (var kind in ApiSchema.Current.Kinds.Where(k => k.Verbs.Contains("create") && k.Verbs.Contains("get") && k.Resource.Plural != "customresourcedefinitions"))
            data.Add(kind.Resource.Group, kind.Resource.Version, kind.Resource.Plural);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Is_created_read_listed_watched_updated_patched_and_deleted(string group, string version, string plural)
    {
        var kind = ApiSchema.Current.Find(group, version, plural)!;
        var ns = kind.Resource.Namespaced ? await host.NamespaceAsync() : null;
        var name = MinimalObjects.NameOf(kind);
        var collection = kind.Resource.PathOf(ns);
        var path = kind.Resource.PathOf(ns, name);
        var body = MinimalObjects.Of(kind, name, ns);
        if (!kind.Resource.Namespaced)
            await Api.DeleteAsync(path);

        var start = (await Api.GetAsync(collection)).Expect(200).Version;
        using var watch = await Api.WatchAsync($"{collection}?resourceVersion={start}&fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}");
        var made = await Api.CreateAsync(collection, body.ToJsonString());
        Assert.Equal(kind.Resource.Kind, (string)made.Body["kind"]!);
        Assert.Equal(kind.Resource.ApiVersion, (string)made.Body["apiVersion"]!);
        Assert.Equal(name, (await watch.ExpectAsync("ADDED")).Name);
        if (OwnStatus.IsWritten(kind))
        {
            made = await Api.SettledAsync(kind, path);
            Assert.Equal(made.Version, (await watch.ExpectAsync("MODIFIED")).Version);
        }

        var read = (await Api.GetAsync(path)).Expect(200);
        Assert.True(JsonNode.DeepEquals(made.Body, read.Body), $"{made.Body.ToJsonString()}\n{read.Body.ToJsonString()}");
        var list = (await Api.GetAsync(collection)).Expect(200);
        Assert.Equal(kind.Resource.Kind + "List", (string)list.Body["kind"]!);
        Assert.Contains(list.Items, i => (string)i!["metadata"]!["name"]! == name);
        Assert.NotEmpty((await Api.GetAsync(collection, "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200).Body["rows"]!.AsArray());

        read.Metadata["labels"] ??= new JsonObject();
        read.Metadata["labels"]!["put"] = "yes";
        var put = (await Api.PutAsync(path, read.Body.ToJsonString())).Expect(200);
        Assert.NotEqual(read.Version, put.Version);
        Assert.Equal("yes", (string)(await watch.ExpectAsync("MODIFIED")).Object["metadata"]!["labels"]!["put"]!);
        foreach (var patch in (Func<string, string, Task<ApiAnswer>>[])[Api.MergeAsync, Api.StrategicAsync])
            (await patch(path, $$$$"""{"metadata":{"labels":{"patched":"{{{{patch.Method.Name}}}}"}}}""")).Expect(200);
        (await Api.JsonPatchAsync(path, """[{"op":"add","path":"/metadata/labels/patched","value":"json"}]""")).Expect(200);
        foreach (var status in kind.Subresources.Where(s => s.Name == "status"))
        {
            Assert.Equal(kind.Resource.Kind, (string)(await Api.GetAsync($"{path}/{status.Name}")).Expect(200).Body["kind"]!);
            (await Api.MergeAsync($"{path}/{status.Name}", """{"metadata":{"annotations":{"patchedstatus":"true"}}}""")).Expect(200);
        }

        Assert.Equal("json", (string)(await Api.GetAsync(path)).Metadata["labels"]!["patched"]!);
        (await Api.DeleteAsync(path, """{"gracePeriodSeconds":0,"propagationPolicy":"Background"}""")).Expect(200);
        if (plural == "namespaces")
            return;
        (await Api.GetAsync(path)).Expect(404);
        Seen? last;
        while ((last = await watch.NextAsync())!.Type == "MODIFIED")
        {
        }

        Assert.Equal("DELETED", last.Type);
    }
}
