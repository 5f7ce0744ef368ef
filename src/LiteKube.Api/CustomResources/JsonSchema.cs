using System.Collections.Frozen;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// One node of the schema of a custom resource, parsed from the JSONSchemaProps of its definition. Immutable. Pruning, defaulting and validation
/// walk it together with the value. (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema)
/// </summary>
public sealed class JsonSchema
{
    private static readonly FrozenDictionary<string, JsonSchema> s_noProperties = FrozenDictionary<string, JsonSchema>.Empty;

    private JsonSchema(JsonObject source)
    {
        Source = source;
        Type = source.String("type") ?? "";
        Format = source.String("format") ?? "";
        Nullable = source.Bool("nullable") == true;
        PreservesUnknown = source.Bool("x-kubernetes-preserve-unknown-fields") == true;
        IsEmbedded = source.Bool("x-kubernetes-embedded-resource") == true;
        IsIntOrString = source.Bool("x-kubernetes-int-or-string") == true;
        ListType = source.String("x-kubernetes-list-type") ?? "";
        ListMapKeys = Strings(source, "x-kubernetes-list-map-keys");
        IsAtomicMap = source.String("x-kubernetes-map-type") == "atomic";
        Default = source["default"]?.DeepClone();
        Enum = [.. source.Array("enum") ?? []];
        Required = Strings(source, "required");
        Minimum = Number(source, "minimum");
        Maximum = Number(source, "maximum");
        ExclusiveMinimum = source.Bool("exclusiveMinimum") == true;
        ExclusiveMaximum = source.Bool("exclusiveMaximum") == true;
        MultipleOf = Number(source, "multipleOf");
        MinLength = source.Long("minLength");
        MaxLength = source.Long("maxLength");
        MinItems = source.Long("minItems");
        MaxItems = source.Long("maxItems");
        MinProperties = source.Long("minProperties");
        MaxProperties = source.Long("maxProperties");
        PatternText = source.String("pattern") ?? "";
        Pattern = PatternText.Length == 0 ? null : Re2.TryCompile(PatternText, out _);
        Items = source["items"] is JsonObject items ? new JsonSchema(items) : null;
        AdditionalProperties = source["additionalProperties"] is JsonObject additional ? new JsonSchema(additional) : null;
        AllowsAdditional = source["additionalProperties"].AsBool() == true;
        Properties = source.Object("properties") is { Count: > 0 } properties
            ? properties.Where(p => p.Value is JsonObject).ToFrozenDictionary(p => p.Key, p => new JsonSchema((JsonObject)p.Value!), StringComparer.Ordinal)
            : s_noProperties;
        AllOf = Schemas(source, "allOf");
        AnyOf = Schemas(source, "anyOf");
        OneOf = Schemas(source, "oneOf");
        Not = source.Object("not") is { } not ? new JsonSchema(not) : null;
        Rules = [.. (source.Array("x-kubernetes-validations") ?? []).OfType<JsonObject>().Select(ValidationRule.Of)];
        HasDefaults = Default is not null || Properties.Values.Any(p => p.HasDefaults) || Items?.HasDefaults == true || AdditionalProperties?.HasDefaults == true;
        HasListTypes = ListType is "set" or "map" || Properties.Values.Any(p => p.HasListTypes) || Items?.HasListTypes == true || AdditionalProperties?.HasListTypes == true;
        HasRules = Rules.Count > 0 || Properties.Values.Any(p => p.HasRules) || Items?.HasRules == true || AdditionalProperties?.HasRules == true;
        HasEmbedded = IsEmbedded || Properties.Values.Any(p => p.HasEmbedded) || Items?.HasEmbedded == true || AdditionalProperties?.HasEmbedded == true;
    }

    /// <summary>The schema as it stands in the definition; what OpenAPI publishes. Not to be changed.</summary>
    public JsonObject Source { get; }

    /// <summary>object, array, string, integer, number, boolean, or empty.</summary>
    public string Type { get; }

    public string Format { get; }
    public bool Nullable { get; }
    public bool PreservesUnknown { get; }
    public bool IsEmbedded { get; }
    public bool IsIntOrString { get; }

    /// <summary>atomic, set, map, or empty, which means atomic.</summary>
    public string ListType { get; }

    public IReadOnlyList<string> ListMapKeys { get; }
    public bool IsAtomicMap { get; }
    public JsonNode? Default { get; }
    public IReadOnlyList<JsonNode?> Enum { get; }
    public IReadOnlyList<string> Required { get; }
    public double? Minimum { get; }
    public double? Maximum { get; }
    public bool ExclusiveMinimum { get; }
    public bool ExclusiveMaximum { get; }
    public double? MultipleOf { get; }
    public long? MinLength { get; }
    public long? MaxLength { get; }
    public long? MinItems { get; }
    public long? MaxItems { get; }
    public long? MinProperties { get; }
    public long? MaxProperties { get; }
    public string PatternText { get; }
    public FrozenDictionary<string, JsonSchema> Properties { get; }
    public JsonSchema? Items { get; }
    public JsonSchema? AdditionalProperties { get; }

    /// <summary>additionalProperties: true.</summary>
    public bool AllowsAdditional { get; }

    public IReadOnlyList<JsonSchema> AllOf { get; }
    public IReadOnlyList<JsonSchema> AnyOf { get; }
    public IReadOnlyList<JsonSchema> OneOf { get; }
    public JsonSchema? Not { get; }

    /// <summary>x-kubernetes-validations of this node.</summary>
    public IReadOnlyList<ValidationRule> Rules { get; }

    /// <summary>There is a default here or below.</summary>
    public bool HasDefaults { get; }

    /// <summary>There are rules here or below.</summary>
    public bool HasRules { get; }

    internal bool HasListTypes { get; }

    internal bool HasEmbedded { get; }

    internal Regex? Pattern { get; }

    /// <param name="schema">An openAPIV3Schema; kept, so it must not change afterwards.</param>
    public static JsonSchema Parse(JsonObject schema) => new((JsonObject)schema.DeepClone());

    /// <summary>The schema of a member; null where none is given for it.</summary>
    public JsonSchema? Member(string name) => Properties.TryGetValue(name, out var property) ? property : AdditionalProperties;

    private static string[] Strings(JsonObject source, string name) => [.. (source.Array(name) ?? []).Select(s => s.AsString()).OfType<string>()];

    private static JsonSchema[] Schemas(JsonObject source, string name) => [.. (source.Array(name) ?? []).OfType<JsonObject>().Select(s => new JsonSchema(s))];

    private static double? Number(JsonObject source, string name) => source[name].AsDouble();
}
