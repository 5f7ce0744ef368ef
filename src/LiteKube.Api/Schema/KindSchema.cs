using System.Collections.Frozen;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;

namespace LiteKube.Api.Schema;

/// <summary>A served resource: how it is named, which verbs it has, and its structure.</summary>
public sealed class KindSchema
{
    private readonly FrozenDictionary<string, SelectableField> _selectable;

    internal KindSchema(KindText text, TypeSchema type)
    {
        Resource = new ResourceType(text.Group, text.Version, text.Plural, text.Name, text.Namespaced);
        Type = type;
        Singular = text.Singular;
        ShortNames = text.ShortNames;
        Categories = text.Categories;
        Verbs = text.Verbs;
        Subresources = text.Subresources.Select(s => new SubresourceSchema(s.Name, new GroupVersionKind(s.Group, s.Version, s.Kind), s.Verbs)).ToArray();
        SelectableFields = [Schema.SelectableField.Name, Schema.SelectableField.Namespace, .. type.SelectableFields];
        _selectable = SelectableFields.ToFrozenDictionary(f => f.Label, StringComparer.Ordinal);
    }

    internal KindSchema(CustomKind custom, ResourceType resource, TypeSchema type, JsonObject names)
    {
        Custom = custom;
        Resource = resource;
        Type = type;
        Singular = names.String("singular") is { Length: > 0 } singular ? singular : resource.Kind.ToLowerInvariant();
        ShortNames = [.. (names.Array("shortNames") ?? []).Select(n => n.AsString()).OfType<string>()];
        Categories = [.. (names.Array("categories") ?? []).Select(n => n.AsString()).OfType<string>()];
        Verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
        var subresources = new List<SubresourceSchema>();
        if (custom.HasStatus)
            subresources.Add(new SubresourceSchema("status", custom.Kind, ["get", "patch", "update"]));
        if (custom.Scale is not null)
            subresources.Add(new SubresourceSchema("scale", new GroupVersionKind("autoscaling", "v1", "Scale"), ["get", "patch", "update"]));
        Subresources = subresources;
        SelectableFields = [Schema.SelectableField.Name, Schema.SelectableField.Namespace, .. custom.SelectableFields];
        _selectable = SelectableFields.ToFrozenDictionary(f => f.Label, StringComparer.Ordinal);
    }

    public ResourceType Resource { get; }
    public TypeSchema Type { get; }

    /// <summary>The version of a custom resource that this is; null for a built-in kind.</summary>
    public CustomKind? Custom { get; }

    public string ListKind => Custom?.ListKind ?? Resource.Kind + "List";
    public string Singular { get; }
    public IReadOnlyList<string> ShortNames { get; }
    public IReadOnlyList<string> Categories { get; }
    public IReadOnlyList<string> Verbs { get; }
    public IReadOnlyList<SubresourceSchema> Subresources { get; }

    /// <summary>What lists and watches can be narrowed by; name and namespace come first.</summary>
    public IReadOnlyList<SelectableField> SelectableFields { get; }

    public SelectableField? SelectableField(string label) => _selectable.GetValueOrDefault(label);

    public SubresourceSchema? Subresource(string name) => Subresources.FirstOrDefault(s => s.Name == name);
}

/// <param name="Kind">The kind of the sub-resource's own body; it may be of another group (Scale, Eviction, TokenRequest).</param>
public sealed record SubresourceSchema(string Name, GroupVersionKind Kind, IReadOnlyList<string> Verbs);
