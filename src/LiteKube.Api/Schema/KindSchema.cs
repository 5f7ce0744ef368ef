using System.Collections.Frozen;

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

    public ResourceType Resource { get; }
    public TypeSchema Type { get; }
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
