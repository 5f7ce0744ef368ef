using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Protobuf;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.ApiServer.Tests.Verbs;

namespace LiteKube.ApiServer.Tests.Contract;

/// <summary>What every stable resource does alike, by every verb, patch and format.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class ContractTests(ApiHost host)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private const string Partial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string PartialList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    private static readonly HashSet<string> s_metadataKeptByStatus = new(StringComparer.Ordinal)
    {
        "apiservices.apiregistration.k8s.io", "flowschemas.flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
        "validatingadmissionpolicies.admissionregistration.k8s.io", "volumeattachments.storage.k8s.io", "resourceclaims.resource.k8s.io",
    };

    private ApiClient Api => host.Admin;

    // Controllers of the server's own go on writing to definitions, which have tests of their own.
    public static TheoryData<string, string, string> Stored()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var resource in StableResource.All.Where(r => r.Verbs.Contains("create") && r.Verbs.Contains("get") && r.Plural != "customresourcedefinitions"))
            data.Add(resource.Group, resource.Version, resource.Plural);
        return data;
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task Dry_runs_store_nothing_and_strict_bodies_hold_known_fields_only(string group, string version, string plural)
    {
        var at = await PlaceAsync(group, version, plural);
        var dry = (await Api.PostAsync(at.Collection + "?dryRun=All&fieldValidation=Strict", at.Body.ToJsonString())).Expect(201);
        Assert.Equal(at.Name, (string)dry.Metadata["name"]!);
        Assert.False(dry.Response.Headers.Contains("Warning"));
        (await Api.GetAsync(at.Path)).Expect(404);

        var odd = (JsonObject)at.Body.DeepClone();
        odd["unknownField"] = 1;
        var refused = (await Api.PostAsync(at.Collection + "?fieldValidation=Strict", odd.ToJsonString())).Expect(400);
        Assert.Equal($"{at.Kind} in version \"{version}\" cannot be handled as a {at.Kind}: strict decoding error: unknown field \"unknownField\"", refused.Message);
        var warned = (await Api.PostAsync(at.Collection + "?dryRun=All", odd.ToJsonString())).Expect(201);
        Assert.Equal("299 - \"unknown field \\\"unknownField\\\"\"", warned.Response.Headers.GetValues("Warning").Single());

        var made = await MakeAsync(at);
        var change = """{"metadata":{"annotations":{"dry":"run"}}}""";
        Assert.Equal("run", (string)(await Api.MergeAsync(at.Path + "?dryRun=All", change)).Expect(200).Metadata["annotations"]!["dry"]!);
        (await Api.DeleteAsync(at.Path + "?dryRun=All", at.Deletion)).Expect(200);
        Assert.Equal(made.Version, (await Api.GetAsync(at.Path)).Expect(200).Version);
        (await Api.MergeAsync(at.Path + "?dryRun=Some", change)).Expect(422);
        await RemoveAsync(at);
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task Json_yaml_and_protobuf_say_the_same(string group, string version, string plural)
    {
        var at = await PlaceAsync(group, version, plural);
        var yaml = (await Api.SendAsync(HttpMethod.Post, at.Collection, at.Body.ToJsonString(), "application/yaml")).Expect(201);
        var read = await Api.SettledAsync(at.Schema, at.Path);
        if (!OwnStatus.IsWritten(at.Schema))
            Assert.True(JsonNode.DeepEquals(yaml.Body, read.Body));
        Assert.True(JsonNode.DeepEquals(read.Body, Yaml.ToTree(Encoding.UTF8.GetBytes((await Api.GetAsync(at.Path, "application/yaml")).Expect(200).Body.ToJsonString()))));

        var kind = StableResource.All.Single(r => (r.Group, r.Version, r.Plural) == (group, version, plural)).Schema;
        var gvk = kind.Type.Gvk!;
        var wire = await BytesAsync(at.Path, ProtobufCodec.ContentType);
        AssertSame(read.Body, ProtobufCodec.Decode(wire, gvk));
        await RemoveAsync(at);
        // A namespace goes only when it is empty, which here nobody sees to.
        if (plural == "namespaces")
            return;

        var body = (JsonObject)at.Body.DeepClone();
        body["apiVersion"] = gvk.ApiVersion;
        body["kind"] = gvk.Kind;
        using var request = new HttpRequestMessage(HttpMethod.Post, at.Collection) { Content = new ByteArrayContent(ProtobufCodec.Encode(JsonTree.Write(body))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ProtobufCodec.ContentType);
        using var answer = await Api.Http.SendAsync(request);
        Assert.True((int)answer.StatusCode == 201, await answer.Content.ReadAsStringAsync());
        var again = await Api.SettledAsync(at.Schema, at.Path);
        foreach (var system in (string[])["uid", "resourceVersion", "creationTimestamp", "managedFields"])
        {
            read.Metadata.Remove(system);
            again.Metadata.Remove(system);
        }

        // What the server chooses anew each time.
        foreach (var chosen in (string[])["clusterIP", "clusterIPs", "selector", "template", "volumes", "containers"])
        {
            (read.Body["spec"] as JsonObject)?.Remove(chosen);
            (again.Body["spec"] as JsonObject)?.Remove(chosen);
        }

        // Says when it was written.
        if (OwnStatus.IsWritten(at.Schema))
        {
            read.Body.Remove("status");
            again.Body.Remove("status");
        }

        AssertSame(read.Body, again.Body);
        (await Api.SendAsync(HttpMethod.Post, at.Collection, "\u00a1", "application/cbor")).Expect(415);
        await RemoveAsync(at);
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task Applied_patched_and_replaced_objects_keep_their_identity(string group, string version, string plural)
    {
        var at = await PlaceAsync(group, version, plural);
        var gvk = StableResource.All.Single(r => (r.Group, r.Version, r.Plural) == (group, version, plural)).Schema.Type.Gvk!;
        var applied = (JsonObject)at.Body.DeepClone();
        applied["apiVersion"] = gvk.ApiVersion;
        applied["kind"] = gvk.Kind;
        applied["metadata"]!["labels"] = new JsonObject { ["contract"] = "first" };
        var made = (await Api.ApplyAsync(at.Path, "contract", applied.ToJsonString())).Expect(201);
        Assert.Equal("Apply", (string)made.Metadata["managedFields"]![0]!["operation"]!);
        await Api.SettledAsync(at.Schema, at.Path);
        applied["metadata"]!["labels"] = new JsonObject { ["contract"] = at.Name };
        var labelled = (await Api.ApplyAsync(at.Path, "contract", applied.ToJsonString())).Expect(200);
        Assert.Equal(at.Name, (string)labelled.Metadata["labels"]!["contract"]!);
        Assert.NotEqual(made.Version, labelled.Version);
        Assert.Equal(labelled.Version, (await Api.ApplyAsync(at.Path, "contract", applied.ToJsonString())).Expect(200).Version);
        Assert.Equal((long?)made.Metadata["generation"], (long?)labelled.Metadata["generation"]);

        (await Api.MergeAsync(at.Path, """{"metadata":{"annotations":{"m":"1"},"generation":77}}""")).Expect(200);
        (await Api.StrategicAsync(at.Path, """{"metadata":{"annotations":{"s":"1"}}}""")).Expect(200);
        var patched = (await Api.JsonPatchAsync(at.Path, """[{"op":"test","path":"/metadata/annotations/m","value":"1"},{"op":"add","path":"/metadata/annotations/j","value":"1"}]""")).Expect(200);
        Assert.Equal(["j", "m", "s"], patched.Metadata["annotations"]!.AsObject().Select(a => a.Key).Where(k => k.Length == 1).Order(StringComparer.Ordinal));
        Assert.Equal((long?)made.Metadata["generation"], (long?)patched.Metadata["generation"]);

        var stale = (JsonObject)labelled.Body.DeepClone();
        stale["metadata"]!["annotations"] = new JsonObject { ["stale"] = "1" };
        Assert.Equal("Conflict", (await Api.PutAsync(at.Path, stale.ToJsonString())).Expect(409).Reason);
        patched.Metadata["annotations"]!["put"] = "1";
        patched.Metadata["uid"] = "00000000-0000-0000-0000-000000000000";
        Assert.Equal("Conflict", (await Api.PutAsync(at.Path, patched.Body.ToJsonString())).Expect(409).Reason);
        patched.Metadata.Remove("uid");
        var put = (await Api.PutAsync(at.Path, patched.Body.ToJsonString())).Expect(200);
        Assert.Equal((string)made.Metadata["uid"]!, (string)put.Metadata["uid"]!);
        Assert.Equal((string)made.Metadata["creationTimestamp"]!, (string)put.Metadata["creationTimestamp"]!);
        var renamed = (JsonObject)put.Body.DeepClone();
        renamed["metadata"]!["name"] = "another";
        (await Api.PutAsync(at.Path, renamed.ToJsonString())).Expect(400);
        await RemoveAsync(at);
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task Status_is_read_put_patched_and_applied_through_its_own_path(string group, string version, string plural)
    {
        var resource = StableResource.All.Single(r => (r.Group, r.Version, r.Plural) == (group, version, plural));
        if (!resource.Subresources.ContainsKey("status"))
        {
            var without = await PlaceAsync(group, version, plural);
            (await Api.GetAsync(without.Path + "/status")).Expect(404);
            return;
        }

        var at = await PlaceAsync(group, version, plural);
        await MakeAsync(at);
        var read = (await Api.GetAsync(at.Path + "/status")).Expect(200);
        read.Metadata["annotations"] = new JsonObject { ["put"] = "1" };
        if (s_metadataKeptByStatus.Contains($"{plural}.{group}"))
        {
            await MetadataStaysAsync(at, read.Body, resource.Schema.Type.Gvk!.ApiVersion);
            return;
        }

        var put = (await Api.PutAsync(at.Path + "/status", read.Body.ToJsonString())).Expect(200);
        Assert.Equal("1", (string)put.Metadata["annotations"]!["put"]!);
        var gvk = resource.Schema.Type.Gvk!;
        (await Api.MergeAsync(at.Path + "/status", """{"metadata":{"annotations":{"merge":"1"}}}""")).Expect(200);
        (await Api.StrategicAsync(at.Path + "/status", """{"metadata":{"annotations":{"strategic":"1"}}}""")).Expect(200);
        (await Api.JsonPatchAsync(at.Path + "/status", """[{"op":"add","path":"/metadata/annotations/json","value":"1"}]""")).Expect(200);
        var applied = (await Api.ApplyAsync(at.Path + "/status", "contract", $$$$"""{"apiVersion":"{{{{gvk.ApiVersion}}}}","kind":"{{{{gvk.Kind}}}}","metadata":{"name":"{{{{at.Name}}}}","annotations":{"apply":"1"}}}""")).Expect(200);
        Assert.Superset(new HashSet<string> { "put", "merge", "strategic", "json", "apply" }, applied.Metadata["annotations"]!.AsObject().Select(a => a.Key).ToHashSet());
        Assert.Contains(applied.Metadata["managedFields"]!.AsArray(), e => (string?)e!["subresource"] == "status" && (string)e["operation"]! == "Apply");
        await RemoveAsync(at);
    }

    /// <summary>The status of some kinds is written without any of their metadata, and gives no ownership of it.</summary>
    private async Task MetadataStaysAsync(Place at, JsonObject read, string apiVersion)
    {
        Assert.Null((await Api.PutAsync(at.Path + "/status", read.ToJsonString())).Expect(200).Metadata["annotations"]);
        Assert.Null((await Api.MergeAsync(at.Path + "/status", """{"metadata":{"annotations":{"merge":"1"}}}""")).Expect(200).Metadata["annotations"]);
        var applied = (await Api.ApplyAsync(at.Path + "/status", "contract", $$$$"""{"apiVersion":"{{{{apiVersion}}}}","kind":"{{{{at.Kind}}}}","metadata":{"name":"{{{{at.Name}}}}","annotations":{"apply":"1"}}}""")).Expect(200);
        Assert.Null(applied.Metadata["annotations"]);
        Assert.DoesNotContain("f:annotations", applied.Metadata["managedFields"]!.ToJsonString(), StringComparison.Ordinal);
        await RemoveAsync(at);
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task Tables_and_metadata_are_shown_of_one_and_of_many_and_a_collection_goes_by_its_selector(string group, string version, string plural)
    {
        var at = await PlaceAsync(group, version, plural);
        at.Body["metadata"]!["labels"] = new JsonObject { ["contract"] = "table-" + plural };
        await MakeAsync(at);
        var selected = $"{at.Collection}?labelSelector=contract%3Dtable-{plural}";
        foreach (var path in (string[])[at.Path, selected])
        {
            var table = (await Api.GetAsync(path, Table)).Expect(200);
            Assert.Equal(("Table", "meta.k8s.io/v1"), ((string)table.Body["kind"]!, (string)table.Body["apiVersion"]!));
            var columns = table.Body["columnDefinitions"]!.AsArray();
            Assert.Equal(plural == "events" ? "Last Seen" : "Name", (string)columns[0]!["name"]!);
            var row = Assert.Single(table.Body["rows"]!.AsArray())!;
            Assert.Equal(columns.Count, row["cells"]!.AsArray().Count);
            Assert.Equal(plural == "events" ? row["cells"]![0]!.ToJsonString() : $"\"{at.Name}\"", row["cells"]![0]!.ToJsonString());
            Assert.Equal("PartialObjectMetadata", (string)row["object"]!["kind"]!);
            var whole = (await Api.GetAsync(path + (path.Contains('?') ? "&" : "?") + "includeObject=Object", Table)).Expect(200);
            Assert.Equal(at.Kind, (string)whole.Body["rows"]![0]!["object"]!["kind"]!);
            var none = (await Api.GetAsync(path + (path.Contains('?') ? "&" : "?") + "includeObject=None", Table)).Expect(200);
            Assert.Null(none.Body["rows"]![0]!["object"]);
        }

        var partial = (await Api.GetAsync(at.Path, Partial)).Expect(200);
        Assert.Equal(["kind", "apiVersion", "metadata"], partial.Body.Select(m => m.Key));
        var partials = (await Api.GetAsync(selected, PartialList)).Expect(200);
        Assert.Equal("PartialObjectMetadataList", (string)partials.Body["kind"]!);
        Assert.Equal(at.Name, (string)Assert.Single(partials.Items)!["metadata"]!["name"]!);
        var list = (await Api.GetAsync(selected)).Expect(200);
        Assert.Equal(at.Kind + "List", (string)list.Body["kind"]!);
        var yaml = (await Api.GetAsync(selected, "application/yaml")).Expect(200).Body;
        // Each list is of its own moment, between which anything else may have been written.
        foreach (var one in (JsonObject[])[list.Body, yaml])
            Assert.True(one["metadata"]!.AsObject().Remove("resourceVersion"));
        AssertSame(list.Body, yaml);

        if (StableResource.All.Single(r => (r.Group, r.Version, r.Plural) == (group, version, plural)).Verbs.Contains("deletecollection"))
        {
            (await Api.DeleteAsync($"{at.Collection}?labelSelector=contract%3Dnothing", at.Deletion)).Expect(200);
            Assert.Single((await Api.GetAsync(selected)).Items);
            (await Api.DeleteAsync(selected, at.Deletion)).Expect(200);
            Assert.DoesNotContain((await Api.GetAsync(selected)).Expect(200).Items, i => i!["metadata"]!["deletionTimestamp"] is null);
        }

        await RemoveAsync(at);
    }

    private sealed record Place(KindSchema Schema, string Collection, string Path, string Name, string Kind, JsonObject Body)
    {
        public string Deletion => """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"propagationPolicy":"Background"}""";
    }

    private async Task<Place> PlaceAsync(string group, string version, string plural)
    {
        var kind = StableResource.All.Single(r => (r.Group, r.Version, r.Plural) == (group, version, plural)).Schema;
        var ns = kind.Resource.Namespaced ? await host.NamespaceAsync() : null;
        var name = plural == "namespaces" ? "contract-" + Guid.NewGuid().ToString("N")[..10] : MinimalObjects.NameOf(kind);
        var place = new Place(kind, kind.Resource.PathOf(ns), kind.Resource.PathOf(ns, name), name, kind.Resource.Kind, MinimalObjects.Of(kind, name, ns));
        if (ns is null)
            await RemoveAsync(place);
        return place;
    }

    /// <summary>Creates the object, and lets the server write to it what it will.</summary>
    private async Task<ApiAnswer> MakeAsync(Place at)
    {
        await Api.CreateAsync(at.Collection, at.Body.ToJsonString());
        return await Api.SettledAsync(at.Schema, at.Path);
    }

    /// <summary>Deletes an object whatever finalizers hold it.</summary>
    private async Task RemoveAsync(Place at)
    {
        var gone = await Api.DeleteAsync(at.Path, at.Deletion);
        if (gone.Code != 404 && (await Api.GetAsync(at.Path)).Code == 200)
            await Api.MergeAsync(at.Path, """{"metadata":{"finalizers":null}}""");
    }

    private async Task<byte[]> BytesAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await Api.Http.SendAsync(request);
        Assert.Equal(accept, response.Content.Headers.ContentType?.ToString());
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Equal but for empty lists and maps, which protobuf does not have.</summary>
    private static void AssertSame(JsonNode? expected, JsonNode? actual)
    {
        var left = Bare(expected);
        var right = Bare(actual);
        Assert.True(JsonNode.DeepEquals(left, right), $"{left?.ToJsonString()}\n{right?.ToJsonString()}");

        static JsonNode? Bare(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    var kept = new JsonObject();
                    foreach (var (name, value) in members)
                        if (Bare(value) is { } bare && bare is not (JsonObject { Count: 0 } or JsonArray { Count: 0 }))
                            kept[name] = bare;
                    return kept;
                case JsonArray list:
                    return new JsonArray([.. list.Select(Bare)]);
                default:
                    return node?.DeepClone();
            }
        }
    }
}
