using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Defaulting;
using LiteKube.Api.Protobuf;
using LiteKube.Api.Validation;

namespace LiteKube.Api.Schema;

/// <summary>A structure of the API: <c>core.v1.Container</c> and its fields.</summary>
public sealed class TypeSchema
{
    private readonly FrozenDictionary<string, FieldSchema>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private WireLayout? _wire;
    private DefaultPlan? _defaults;
    private ValidationPlan? _validation;

    internal TypeSchema(TypeText text, OverlayType? overlay, Func<string, FieldType> typeOf)
    {
        Name = text.Name;
        Atomic = text.Atomic;
        Gvk = text.Gvk is { } g ? new GroupVersionKind(g[0], g[1], g[2]) : null;
        Ordered = [.. text.Fields.Select(f => new FieldSchema(f, overlay?.Fields.GetValueOrDefault(f.Name), typeOf(f.Type)))];
        Fields = Ordered.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
        _byName = Fields.GetAlternateLookup<ReadOnlySpan<char>>();
        SelectableFields = overlay?.Selectable ?? [];
        if (overlay?.Fields.Keys.FirstOrDefault(name => !Fields.ContainsKey(name)) is { } unknown)
            throw new FormatException($"overlay.schema: {Name} has no field {unknown}");
    }

    /// <summary>A structure of a custom resource, made of its definition's schema.</summary>
    internal TypeSchema(string name, GroupVersionKind? gvk, JsonSchema source, IEnumerable<FieldSchema> fields)
    {
        Name = name;
        Gvk = gvk;
        Source = source;
        Atomic = source.IsAtomicMap;
        Ordered = [.. fields.OrderBy(f => f.Name, StringComparer.Ordinal)];
        Fields = Ordered.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
        _byName = Fields.GetAlternateLookup<ReadOnlySpan<char>>();
        SelectableFields = [];
    }

    public string Name { get; }

    /// <summary>The schema that a custom resource's structure was made of; null for the built-in API.</summary>
    public JsonSchema? Source { get; }

    /// <summary>Fields that the structure does not name are kept as they are.</summary>
    public bool PreservesUnknown => Source is { } s && (s.PreservesUnknown || s.AllowsAdditional);

    /// <summary>Server-side apply treats the whole structure as one value.</summary>
    public bool Atomic { get; }

    /// <summary>Set where the type carries apiVersion and kind.</summary>
    public GroupVersionKind? Gvk { get; }

    public FrozenDictionary<string, FieldSchema> Fields { get; }

    /// <summary>The fields by name, in alphabetical order.</summary>
    public IReadOnlyList<FieldSchema> Ordered { get; }

    /// <summary>What objects of this type can be selected by, beside name and namespace.</summary>
    internal IReadOnlyList<SelectableField> SelectableFields { get; }

    /// <summary>The fields by number; two threads may make it at once, and either is right.</summary>
    internal WireLayout Wire => _wire ??= WireLayout.Of(this);

    /// <summary>What defaulting does; made as <see cref="Wire"/> is.</summary>
    internal DefaultPlan Defaults => _defaults ??= DefaultPlan.Of(this);

    /// <summary>What validation checks; made as <see cref="Wire"/> is.</summary>
    internal ValidationPlan Validation => _validation ??= ValidationPlan.Of(this);

    /// <summary>The field that the reader's current property names; null for an unknown one.</summary>
    internal FieldSchema? FieldOf(ref Utf8JsonReader reader)
    {
        Span<char> name = stackalloc char[64];
        if (reader.ValueSpan.Length > name.Length)
            return Fields.GetValueOrDefault(reader.GetString()!);
        return _byName.TryGetValue(name[..reader.CopyString(name)], out var field) ? field : null;
    }

    public override string ToString() => Name;
}

public sealed record GroupVersionKind(string Group, string Version, string Kind)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

/// <summary>A field of a structure, with all that codecs, patches, defaulting and validation need to know of it.</summary>
public sealed class FieldSchema
{
    internal FieldSchema(FieldText text, OverlayField? overlay, FieldType type)
    {
        Name = text.Name;
        Type = type;
        WirePath = text.WirePath;
        Required = text.Required;
        Atomic = text.Atomic;
        Set = text.Set;
        MapKeys = text.MapKeys ?? [];
        PatchStrategies = text.PatchStrategies;
        PatchMergeKey = text.PatchMergeKey;
        Default = overlay?.Default is { } value ? JsonNode.Parse(value) : null;
        Enum = overlay?.Enum ?? [];
        Minimum = overlay?.Minimum;
        Maximum = overlay?.Maximum;
        MayBeEmpty = overlay?.MayBeEmpty ?? false;
        IsPointer = overlay?.Pointer ?? (!text.Required && type.Kind is not (FieldKind.String or FieldKind.Bytes));
    }

    /// <summary>A field of a custom resource.</summary>
    internal FieldSchema(string name, FieldType type, bool required)
    {
        Name = name;
        Type = type;
        WirePath = [];
        Required = required;
        Atomic = type.Atomic;
        Set = type.Set;
        MapKeys = type.MapKeys;
        PatchStrategies = [];
        Default = type.Source?.Default;
        Enum = [];
        IsPointer = true;
    }

    public string Name { get; }

    public FieldType Type { get; }

    /// <summary>Protobuf numbers from the owning message down; more than one where Go embeds a struct, none where the field is not on the wire.</summary>
    public IReadOnlyList<int> WirePath { get; }

    public bool Required { get; }

    /// <summary>Server-side apply treats the value as one.</summary>
    public bool Atomic { get; }

    /// <summary>A list that server-side apply merges as a set.</summary>
    public bool Set { get; }

    /// <summary>The keys by which server-side apply merges a list of structures; empty for other lists.</summary>
    public IReadOnlyList<string> MapKeys { get; }

    /// <summary>Strategic merge patch: <c>merge</c>, <c>retainKeys</c>, <c>replace</c>.</summary>
    public IReadOnlyList<string> PatchStrategies { get; }

    /// <summary>The key by which strategic merge patch merges a list of structures.</summary>
    public string? PatchMergeKey { get; }

    /// <summary>The value an absent field takes when an object is written, where that is a constant; from Schema/Data/overlay.schema.</summary>
    public JsonNode? Default { get; }

    /// <summary>The values that the field may have; empty where there is no such limit.</summary>
    public IReadOnlyList<string> Enum { get; }

    /// <summary>The least number that the field may hold.</summary>
    public long? Minimum { get; }

    /// <summary>The greatest number that the field may hold.</summary>
    public long? Maximum { get; }

    /// <summary>A required field that validation lets be absent or empty.</summary>
    internal bool MayBeEmpty { get; }

    /// <summary>
    /// Whether Go holds the scalar by pointer, so that its zero differs from its absence. A plain scalar is always on the wire,
    /// and an optional one with the zero value is absent in JSON.
    /// </summary>
    public bool IsPointer { get; }
}
