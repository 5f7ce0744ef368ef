using LiteKube.Api.Schema;

namespace LiteKube.Api.OpenApi;

/// <summary>The types and scalars that a document's kinds need, by definition name.</summary>
internal sealed class DefinitionSet
{
    public SortedDictionary<string, TypeSchema> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>Lists, by the type of their items.</summary>
    public SortedDictionary<string, TypeSchema> Lists { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, FieldKind> Scalars { get; } = new(StringComparer.Ordinal);

    /// <summary>Custom resources, whose definitions say what theirs are.</summary>
    public SortedDictionary<string, KindSchema> Customs { get; } = new(StringComparer.Ordinal);

    public void AddKind(KindSchema kind)
    {
        if (kind.Custom is not null)
        {
            Customs.TryAdd(OpenApiNames.Of(kind), kind);
            foreach (var common in (ReadOnlySpan<string>)["meta.v1.ObjectMeta", "meta.v1.ListMeta"])
                Add(ApiSchema.Current.Type(common));
            AddCommon(kind);
            return;
        }

        Add(kind.Type);
        if (kind.Verbs.Contains("list"))
        {
            Lists.TryAdd(OpenApiNames.Of(kind.Type.Name) + "List", kind.Type);
            Add(ApiSchema.Current.Type("meta.v1.ListMeta"));
        }

        AddCommon(kind);
    }

    private void AddCommon(KindSchema kind)
    {
        foreach (var subresource in kind.Subresources)
            if (ApiSchema.Current.Type(subresource.Kind) is { } body)
                Add(body);
        foreach (var common in (ReadOnlySpan<string>)["meta.v1.Status", "meta.v1.DeleteOptions", "meta.v1.WatchEvent", "meta.v1.APIResourceList"])
            Add(ApiSchema.Current.Type(common));
    }

    private void Add(TypeSchema type)
    {
        if (!Types.TryAdd(OpenApiNames.Of(type.Name), type))
            return;
        foreach (var field in type.Ordered)
            Add(field.Type);
    }

    private void Add(FieldType type)
    {
        switch (type.Kind)
        {
            case FieldKind.List or FieldKind.Map:
                Add(type.Element!);
                break;
            case FieldKind.Object:
                Add(type.Object);
                break;
            default:
                if (OpenApiNames.Of(type.Kind) is { } name)
                    Scalars.TryAdd(name, type.Kind);
                break;
        }
    }
}
