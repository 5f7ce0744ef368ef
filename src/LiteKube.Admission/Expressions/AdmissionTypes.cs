using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>The types of what admission's expressions read (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression).</summary>
internal static class AdmissionTypes
{
    private static readonly CelType s_texts = CelType.List(CelType.String);
    private static readonly CelType s_textMap = CelType.Map(CelType.String, CelType.String);

    public static CelType Request { get; } = Object("kubernetes.AdmissionRequest", new()
    {
        ["kind"] = Names("kubernetes.GroupVersionKind", "kind"),
        ["resource"] = Names("kubernetes.GroupVersionResource", "resource"),
        ["subResource"] = CelType.String,
        ["requestKind"] = Names("kubernetes.GroupVersionKind", "kind"),
        ["requestResource"] = Names("kubernetes.GroupVersionResource", "resource"),
        ["requestSubResource"] = CelType.String,
        ["name"] = CelType.String,
        ["namespace"] = CelType.String,
        ["operation"] = CelType.String,
        ["userInfo"] = Object("kubernetes.UserInfo", new()
        {
            ["username"] = CelType.String,
            ["uid"] = CelType.String,
            ["groups"] = s_texts,
            ["extra"] = CelType.Map(CelType.String, s_texts),
        }),
        ["dryRun"] = CelType.Bool,
        ["options"] = CelType.Dyn,
    });

    public static CelType Namespace { get; } = Object("kubernetes.Namespace", new()
    {
        ["metadata"] = Object("kubernetes.NamespaceMetadata", new()
        {
            ["name"] = CelType.String,
            ["generateName"] = CelType.String,
            ["namespace"] = CelType.String,
            ["labels"] = s_textMap,
            ["annotations"] = s_textMap,
            ["uid"] = CelType.String,
            ["creationTimestamp"] = CelType.Timestamp,
            ["deletionGracePeriodSeconds"] = CelType.Int,
            ["deletionTimestamp"] = CelType.Timestamp,
            ["generation"] = CelType.Int,
            ["resourceVersion"] = CelType.String,
            ["finalizers"] = s_texts,
        }),
        ["spec"] = Object("kubernetes.NamespaceSpec", new() { ["finalizers"] = s_texts }),
        ["status"] = Object("kubernetes.NamespaceStatus", new() { ["phase"] = CelType.String }),
    });

    private static CelType Object(string name, Dictionary<string, CelType> fields) => CelType.ObjectOf(new CelObjectType(name, fields));

    private static CelType Names(string type, string last) => Object(type, new() { ["group"] = CelType.String, ["version"] = CelType.String, [last] = CelType.String });
}
