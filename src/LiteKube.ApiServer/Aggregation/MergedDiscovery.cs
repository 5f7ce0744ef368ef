using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Discovery;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>Puts the remotes into this server's discovery documents, by their priorities. Without remotes the documents stay as they are.</summary>
internal sealed class MergedDiscovery(RemoteApis remotes, RemoteDiscovery discovery)
{
    private volatile Merged? _v2;

    /// <summary>The APIGroupList of /apis.</summary>
    public async ValueTask<byte[]> GroupsAsync(byte[] local, CancellationToken cancellationToken)
    {
        var all = (await remotes.CurrentAsync(cancellationToken)).All;
        if (all.Count == 0)
            return local;
        var list = JsonTree.Parse(local);
        var groups = list.Array("groups")!;
        foreach (var remote in RemoteGroup.Of(all))
        {
            if (groups.OfType<JsonObject>().FirstOrDefault(g => g.String("name") == remote.Name) is { } present)
                AddVersions(present, remote);
            else
                Insert(groups, Group(remote), remote.Priority, g => g.String("name"));
        }

        return JsonTree.Write(list);
    }

    /// <summary>The APIGroup of /apis/GROUP; null where neither this server nor a remote has it.</summary>
    public async ValueTask<byte[]?> GroupAsync(byte[]? local, string name, CancellationToken cancellationToken)
    {
        var remote = RemoteGroup.Of((await remotes.CurrentAsync(cancellationToken)).All).FirstOrDefault(g => g.Name == name);
        if (remote is null)
            return local;
        if (local is null)
        {
            var group = Group(remote);
            group["kind"] = "APIGroup";
            group["apiVersion"] = "v1";
            return JsonTree.Write(group);
        }

        var merged = JsonTree.Parse(local);
        AddVersions(merged, remote);
        return JsonTree.Write(merged);
    }

    /// <summary>The APIGroupDiscoveryList of /apis.</summary>
    public async ValueTask<AggregatedDocument> AggregatedAsync(AggregatedDocument local, CancellationToken cancellationToken)
    {
        var current = await remotes.CurrentAsync(cancellationToken);
        if (current.All.Count == 0)
            return local;
        var version = discovery.Version;
        if (_v2 is { } ready && ready.Local == local.ETag && ready.Remotes == current && ready.Version == version)
            return ready.Document;
        var list = JsonTree.Parse(local.Json);
        var items = list.Array("items")!;
        foreach (var remote in RemoteGroup.Of(current.All))
        {
            var versions = new JsonArray([.. remote.Versions.Select(v => (JsonNode)DiscoveryVersion(v))]);
            if (items.OfType<JsonObject>().FirstOrDefault(i => i.Object("metadata").String("name") == remote.Name) is { } present)
            {
                foreach (var added in versions.ToArray())
                {
                    versions.Remove(added);
                    present.Array("versions")!.Add(added);
                }
            }
            else
            {
                Insert(items, new JsonObject { ["metadata"] = new JsonObject { ["name"] = remote.Name, ["creationTimestamp"] = null }, ["versions"] = versions }, remote.Priority, i => i.Object("metadata").String("name"));
            }
        }

        var json = JsonTree.Write(list);
        var document = new AggregatedDocument(json, $"\"{Convert.ToHexString(SHA256.HashData(json))}\"");
        _v2 = new Merged(local.ETag, current, version, document);
        return document;
    }

    private static JsonObject Group(RemoteGroup remote)
    {
        var versions = new JsonArray([.. remote.Versions.Select(v => (JsonNode)GroupVersion(v))]);
        return new JsonObject { ["name"] = remote.Name, ["versions"] = versions, ["preferredVersion"] = versions[0]!.DeepClone() };
    }

    private static JsonObject GroupVersion(RemoteApi api) => new() { ["groupVersion"] = $"{api.Group}/{api.Version}", ["version"] = api.Version };

    private static void AddVersions(JsonObject group, RemoteGroup remote)
    {
        var versions = group.Array("versions")!;
        foreach (var api in remote.Versions)
            versions.Add((JsonNode)GroupVersion(api));
    }

    private static void Insert(JsonArray list, JsonObject added, int priority, Func<JsonObject, string?> nameOf)
    {
        var at = 0;
        while (at < list.Count && LocalApiServices.PriorityOf(nameOf((JsonObject)list[at]!) ?? "") >= priority)
            at++;
        list.Insert(at, added);
    }

    private JsonObject DiscoveryVersion(RemoteApi api)
    {
        var list = discovery.ListOf(api);
        var resources = new JsonArray();
        var entries = list.Array("resources")?.OfType<JsonObject>().ToList() ?? [];
        foreach (var entry in entries.Where(e => e.String("name") is { } n && !n.Contains('/', StringComparison.Ordinal)))
        {
            var name = entry.String("name")!;
            var resource = new JsonObject
            {
                ["resource"] = name,
                ["responseKind"] = Kind(api, entry),
                ["scope"] = entry.Bool("namespaced") == true ? "Namespaced" : "Cluster",
                ["singularResource"] = entry.String("singularName") ?? "",
                ["verbs"] = entry.Array("verbs")?.DeepClone() ?? new JsonArray(),
            };
            foreach (var optional in (ReadOnlySpan<string>)["shortNames", "categories"])
            {
                if (entry.Array(optional) is { Count: > 0 } values)
                    resource[optional] = values.DeepClone();
            }

            var subresources = entries.Where(e => e.String("name")!.StartsWith(name + "/", StringComparison.Ordinal))
                .Select(e => (JsonNode)new JsonObject { ["subresource"] = e.String("name")![(name.Length + 1)..], ["responseKind"] = Kind(api, e), ["verbs"] = e.Array("verbs")?.DeepClone() ?? new JsonArray() })
                .ToArray();
            if (subresources.Length > 0)
                resource["subresources"] = new JsonArray(subresources);
            resources.Add((JsonNode)resource);
        }

        // What was heard last is shown on, marked as old.
        return new JsonObject { ["version"] = api.Version, ["freshness"] = api.IsAvailable && list is not null ? "Current" : "Stale", ["resources"] = resources };
    }

    private static JsonObject Kind(RemoteApi api, JsonObject entry) => new()
    {
        ["group"] = entry.String("group") is { Length: > 0 } group ? group : api.Group,
        ["version"] = entry.String("version") is { Length: > 0 } version ? version : api.Version,
        ["kind"] = entry.String("kind") ?? "",
    };

    private sealed record Merged(string Local, RemoteApiSet Remotes, long Version, AggregatedDocument Document);
}
