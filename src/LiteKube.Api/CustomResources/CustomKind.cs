using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.CustomResources;

/// <summary>One version of a custom resource as its definition describes it.</summary>
public sealed class CustomKind
{
    private CustomKind(JsonObject definition, JsonObject version, Func<CustomKind, ICustomRules?>? rules)
    {
        var spec = definition.Object("spec")!;
        var names = spec.Object("names")!;
        Definition = definition.Object("metadata").String("name") ?? "";
        Version = version.String("name")!;
        IsServed = version.Bool("served") == true;
        IsStorage = version.Bool("storage") == true;
        Kind = new GroupVersionKind(spec.String("group")!, Version, names.String("kind")!);
        ListKind = names.String("listKind") is { Length: > 0 } listKind ? listKind : Kind.Kind + "List";
        Root = JsonSchema.Parse(version.Object("schema").Object("openAPIV3Schema") ?? new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true });
        Columns = version.Array("additionalPrinterColumns") is { Count: > 0 } columns
            ? [.. columns.OfType<JsonObject>().Select(PrinterColumn.Of)]
            : [PrinterColumn.Age];
        var subresources = version.Object("subresources");
        HasStatus = subresources.Object("status") is not null;
        Scale = subresources.Object("scale") is { } scale ? ScalePaths.Of(scale) : null;
        DeprecationWarning = version.Bool("deprecated") == true ? version.String("deprecationWarning") ?? $"{Kind.ApiVersion} {Kind.Kind} is deprecated" : null;
        SelectableFields = [.. (version.Array("selectableFields") ?? []).OfType<JsonObject>().Select(f => f.String("jsonPath")).OfType<string>().Select(p => p.TrimStart('.')).Select(p => new SelectableField(p, "", p))];
        Schema = new KindSchema(this, new ResourceType(Kind.Group, Version, names.String("plural")!, Kind.Kind, spec.String("scope") == "Namespaced"), CustomTypes.Of(Kind, Root), names);
        Rules = Root.HasRules ? rules?.Invoke(this) : null;
    }

    /// <summary>The name of the CustomResourceDefinition.</summary>
    public string Definition { get; }

    public string Version { get; }
    public bool IsServed { get; }

    /// <summary>The version at which objects are written to the store.</summary>
    public bool IsStorage { get; }

    public GroupVersionKind Kind { get; }
    public string ListKind { get; }
    public JsonSchema Root { get; }
    public KindSchema Schema { get; }

    /// <summary>The compiled rules of the schema; null where it has none.</summary>
    public ICustomRules? Rules { get; }

    public IReadOnlyList<PrinterColumn> Columns { get; }
    public bool HasStatus { get; }
    public ScalePaths? Scale { get; }

    /// <summary>What clients of this version are told with each answer; null where it is not deprecated.</summary>
    public string? DeprecationWarning { get; }

    internal IReadOnlyList<SelectableField> SelectableFields { get; }

    /// <summary>Prunes and defaults an object of this version, as reading it from the store does.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Fit(JsonObject tree)
    {
        var pruned = SchemaPruner.Prune(tree, Root, Kind).Count > 0;
        return SchemaDefaults.Apply(tree, Root) || pruned;
    }

    /// <summary>Every version of a definition, served or not.</summary>
    /// <param name="definition">A valid CustomResourceDefinition.</param>
    /// <param name="rules">Compiles the rules of a version whose schema has some.</param>
    public static IReadOnlyList<CustomKind> Of(JsonObject definition, Func<CustomKind, ICustomRules?>? rules = null) =>
        [.. (definition.Object("spec").Array("versions") ?? []).OfType<JsonObject>().Select(v => new CustomKind(definition, v, rules))];
}
