using LiteKube.Api;
using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Authorization.Bootstrap;

namespace LiteKube.ApiServer.Flow;

/// <summary>How the default objects are kept: the mandatory as they must be, the suggested as long as nobody has taken them over by annotation.</summary>
internal static class FlowObjects
{
    public static IReadOnlyList<BootstrapObject> All { get; } =
    [
        .. FlowDefaults.MandatoryLevels.Concat(FlowDefaults.SuggestedLevels).Select(l => BootstrapObject.Of(l, Merge)),
        .. FlowDefaults.MandatorySchemas.Concat(FlowDefaults.SuggestedSchemas).Select(s => BootstrapObject.Of(s, Merge)),
    ];

    private static PriorityLevelConfiguration? Merge(PriorityLevelConfiguration existing, PriorityLevelConfiguration wanted)
    {
        if (!IsOurs(existing.Metadata, FlowDefaults.MandatoryLevels.Any(m => m.Metadata.Name == wanted.Metadata.Name)))
            return null;
        // Of the exempt level the shares are the administrator's to choose.
        var spec = wanted.Spec.Type == "Exempt" && existing.Spec is { Type: "Exempt", Exempt: { } own } ? wanted.Spec with { Exempt = own } : wanted.Spec;
        return existing.Spec == spec ? null : existing with { Spec = spec };
    }

    private static FlowSchema? Merge(FlowSchema existing, FlowSchema wanted) =>
        !IsOurs(existing.Metadata, FlowDefaults.MandatorySchemas.Any(m => m.Metadata.Name == wanted.Metadata.Name)) || existing.Spec == wanted.Spec ? null : existing with { Spec = wanted.Spec };

    private static bool IsOurs(ObjectMeta metadata, bool isMandatory) =>
        isMandatory || metadata.Annotations.GetValueOrDefault(FlowDefaults.AutoUpdate) switch { "true" => true, null => metadata.Generation is null or 1, _ => false };
}
