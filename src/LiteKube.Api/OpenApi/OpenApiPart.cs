using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.OpenApi;

/// <summary>What a v2 document of another server says of some paths: those, and the definitions that they lead to.</summary>
public sealed class OpenApiPart
{
    private const string Prefix = "#/definitions/";
    private const string ParameterPrefix = "#/parameters/";

    private OpenApiPart(JsonObject paths, JsonObject definitions)
    {
        Paths = paths;
        Definitions = definitions;
    }

    internal JsonObject Paths { get; }

    internal JsonObject Definitions { get; }

    /// <param name="json">The other server's whole document.</param>
    /// <param name="prefix">Of the paths that are kept: <c>/apis/group/version/</c>.</param>
    public static OpenApiPart Of(ReadOnlySpan<byte> json, string prefix)
    {
        var document = JsonTree.Parse(json);
        var paths = new JsonObject();
        foreach (var (path, item) in document.Object("paths") ?? [])
            if (path.StartsWith(prefix, StringComparison.Ordinal) && item is JsonObject)
                paths[path] = item.DeepClone();
        PutIn(document.Object("parameters") ?? [], paths);
        var all = document.Object("definitions") ?? [];
        var definitions = new JsonObject();
        var open = new Queue<string>(References(paths));
        while (open.TryDequeue(out var name))
        {
            if (definitions.ContainsKey(name) || all[name] is not { } found)
                continue;
            definitions[name] = found.DeepClone();
            foreach (var reference in References(found))
                open.Enqueue(reference);
        }

        return new OpenApiPart(paths, definitions);
    }

    /// <summary>
    /// The same with names that are free among those taken: a definition whose name means something else there is called <c>name_v2</c>, <c>name_v3</c> and so on,
    /// as upstream. What equals the one that is there is left out.
    /// </summary>
    /// <param name="taken">Definitions by name; those of this part are added.</param>
    internal OpenApiPart Among(JsonObject taken)
    {
        var names = Names(taken);
        var paths = (JsonObject)Paths.DeepClone();
        Rename(paths, names);
        var added = new JsonObject();
        foreach (var (name, definition) in Definitions)
        {
            if (taken.ContainsKey(names[name]))
                continue;
            var own = definition!.DeepClone();
            taken[names[name]] = own.DeepClone();
            Rename(own, names);
            added[names[name]] = own;
        }

        return new OpenApiPart(paths, added);
    }

    /// <summary>The same as a v3 document, for servers that have none of their own; null where nothing is described.</summary>
    /// <param name="path"><c>apis/group/version</c>.</param>
    public OpenApiV3Document? ToV3(string path) => Paths.Count == 0 ? null : OpenApiDocuments.V3Of(path, OpenApiConversion.Paths(Paths), OpenApiConversion.Schemas(Definitions));

    public bool Same(OpenApiPart? other) => other is not null && JsonNode.DeepEquals(Paths, other.Paths) && JsonNode.DeepEquals(Definitions, other.Definitions);

    /// <summary>What each definition is to be called. One that leads to a renamed one is renamed too: it would else lead to another's.</summary>
    private Dictionary<string, string> Names(JsonObject taken)
    {
        var differing = Definitions.Where(d => taken[d.Key] is { } other && !JsonNode.DeepEquals(other, d.Value)).Select(d => d.Key).ToHashSet(StringComparer.Ordinal);
        bool found;
        do
        {
            found = false;
            foreach (var (name, definition) in Definitions)
                found |= taken.ContainsKey(name) && References(definition).Any(differing.Contains) && differing.Add(name);
        }
        while (found);

        return Definitions.ToDictionary(d => d.Key, d => differing.Contains(d.Key) ? Free(d.Key, d.Value!) : d.Key, StringComparer.Ordinal);

        string Free(string name, JsonNode definition)
        {
            for (var number = 2; ; number++)
            {
                var free = $"{name}_v{number}";
                if (taken[free] is not { } other || JsonNode.DeepEquals(other, definition))
                    return free;
            }
        }
    }

    /// <summary>Parameters that the document shares between operations: put where they are named, since the names are the document's own.</summary>
    private static void PutIn(JsonObject shared, JsonObject paths)
    {
        foreach (var item in paths.Select(p => (JsonObject)p.Value!))
        foreach (var list in item.Select(m => m.Value).Append(item).OfType<JsonObject>().Select(o => o.Array("parameters")).OfType<JsonArray>())
        {
            for (var i = 0; i < list.Count; i++)
            {
                if ((list[i] as JsonObject).String("$ref") is { } reference && reference.StartsWith(ParameterPrefix, StringComparison.Ordinal) && shared[reference[ParameterPrefix.Length..]] is { } parameter)
                    list[i] = parameter.DeepClone();
            }
        }
    }

    private static IEnumerable<string> References(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                return list.SelectMany(References);
            case JsonObject members:
                return members.SelectMany(m => m.Key == "$ref" && m.Value.AsString() is { } reference
                    ? reference.StartsWith(Prefix, StringComparison.Ordinal) ? [reference[Prefix.Length..]] : []
                    : References(m.Value));
            default:
                return [];
        }
    }

    private static void Rename(JsonNode? node, Dictionary<string, string> names)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Rename(item, names);
        }
        else if (node is JsonObject members)
        {
            if (members["$ref"].AsString() is { } reference && reference.StartsWith(Prefix, StringComparison.Ordinal) && names.TryGetValue(reference[Prefix.Length..], out var name))
                members["$ref"] = Prefix + name;
            foreach (var (_, member) in members)
                Rename(member, names);
        }
    }
}
