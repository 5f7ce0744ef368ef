using System.Text.Json.Nodes;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// Takes out of a custom resource what its schema does not specify. Values of a wrong type stay, for validation to name; only metadata, here and in
/// embedded resources, must decode.
/// </summary>
internal sealed class SchemaPruner
{
    private readonly List<PathStep> _path = [];
    private readonly GroupVersionKind? _kind;
    private List<string>? _unknown;

    private SchemaPruner(GroupVersionKind? kind) => _kind = kind;

    /// <returns>The paths of what is no longer in the tree.</returns>
    public static IReadOnlyList<string> Prune(JsonObject tree, JsonSchema schema, GroupVersionKind? kind)
    {
        var pruner = new SchemaPruner(kind);
        pruner.Object(tree, schema, isResource: true);
        return pruner._unknown ?? (IReadOnlyList<string>)[];
    }

    /// <summary>The same for a part of a resource.</summary>
    public static IReadOnlyList<string> PruneMember(JsonObject tree, JsonSchema schema)
    {
        var pruner = new SchemaPruner(null);
        pruner.Object(tree, schema, isResource: false);
        return pruner._unknown ?? (IReadOnlyList<string>)[];
    }

    private void Value(JsonNode? value, JsonSchema schema)
    {
        switch (value)
        {
            case JsonObject members:
                Object(members, schema, schema.IsEmbedded);
                break;
            case JsonArray list when schema.Items is not null:
                for (var i = 0; i < list.Count; i++)
                {
                    _path.Add(new PathStep(i));
                    Value(list[i], schema.Items);
                    _path.RemoveAt(_path.Count - 1);
                }

                break;
        }
    }

    private void Object(JsonObject tree, JsonSchema schema, bool isResource)
    {
        for (var i = 0; i < tree.Count; i++)
        {
            var (name, value) = tree.GetAt(i);
            _path.Add(new PathStep(name));
            if (isResource && (name is "apiVersion" or "kind"))
            {
                // Known of every resource, whatever its schema says.
            }
            else if (isResource && name == "metadata")
            {
                Metadata(tree, i, value);
            }
            else if (schema.Member(name) is { } member)
            {
                Value(value, member);
            }
            else if (!schema.PreservesUnknown && !schema.AllowsAdditional)
            {
                (_unknown ??= []).Add(PathStep.Format(_path));
                tree.RemoveAt(i--);
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Metadata(JsonObject tree, int at, JsonNode? value)
    {
        if (value is null)
        {
            tree.SetAt(at, new JsonObject());
            return;
        }

        var unknown = StructureCheck.NormalizeMetadata(value, _path, _kind);
        if (unknown.Count > 0)
            (_unknown ??= []).AddRange(unknown);
    }
}
