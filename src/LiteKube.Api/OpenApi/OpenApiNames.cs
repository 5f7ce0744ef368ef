using LiteKube.Api.Schema;

namespace LiteKube.Api.OpenApi;

/// <summary>The names that definitions have upstream; clients look some of them up.</summary>
internal static class OpenApiNames
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string Extensions = "io.k8s.apiextensions-apiserver.pkg.apis.";

    /// <summary>The name for a type's short name: <c>core.v1.Pod</c> is <c>io.k8s.api.core.v1.Pod</c>.</summary>
    public static string Of(string type) => type[..type.IndexOf('.')] switch
    {
        "meta" => "io.k8s.apimachinery.pkg.apis." + type,
        "apiextensions" => Extensions + type,
        "apiregistration" => "io.k8s.kube-aggregator.pkg.apis." + type,
        _ => "io.k8s.api." + type,
    };

    /// <summary>The name for a kind: of a custom resource its group turned round, so that <c>stable.example.com/v1 CronTab</c> is <c>com.example.stable.v1.CronTab</c>.</summary>
    public static string Of(KindSchema kind) => kind.Custom is { } custom ? Custom(custom.Kind, custom.Kind.Kind) : Of(kind.Type.Name);

    public static string ListOf(KindSchema kind) => kind.Custom is { } custom ? Custom(custom.Kind, custom.ListKind) : Of(kind.Type.Name) + "List";

    private static string Custom(GroupVersionKind gvk, string kind)
    {
        var group = gvk.Group.Split('.');
        Array.Reverse(group);
        return $"{string.Join('.', group)}.{gvk.Version}.{kind}";
    }

    /// <summary>The name for a scalar that has a definition of its own; null for plain ones.</summary>
    public static string? Of(FieldKind kind) => kind switch
    {
        FieldKind.Time => Meta + "Time",
        FieldKind.MicroTime => Meta + "MicroTime",
        FieldKind.Duration => Meta + "Duration",
        FieldKind.Fields => Meta + "FieldsV1",
        FieldKind.Quantity => "io.k8s.apimachinery.pkg.api.resource.Quantity",
        FieldKind.IntOrString => "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        FieldKind.Raw => "io.k8s.apimachinery.pkg.runtime.RawExtension",
        FieldKind.Any => Extensions + "apiextensions.v1.JSON",
        FieldKind.SchemaOrBool => Extensions + "apiextensions.v1.JSONSchemaPropsOrBool",
        FieldKind.SchemaOrArray => Extensions + "apiextensions.v1.JSONSchemaPropsOrArray",
        FieldKind.SchemaOrStrings => Extensions + "apiextensions.v1.JSONSchemaPropsOrStringArray",
        _ => null,
    };
}
