using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Networking.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>Admission policies, flow control, and what else is seldom looked at.</summary>
internal static class PolicyTables
{
    public static Table<ValidatingAdmissionPolicy> Validating { get; } = new(
        new("Name", p => p.Metadata.Name, format: "name"),
        new("Validations", p => (long)p.Spec.Validations.Count, type: "integer"),
        new("ParamKind", p => KindOf(p.Spec.ParamKind)),
        new("Age", (p, c) => Ages.Of(p.Metadata.CreationTimestamp, c)));

    public static Table<ValidatingAdmissionPolicyBinding> ValidatingBindings { get; } = new(
        new("Name", b => b.Metadata.Name, format: "name"),
        new("PolicyName", b => b.Spec.PolicyName ?? ""),
        new("ParamRef", b => NameOf(b.Spec.ParamRef)),
        new("Age", (b, c) => Ages.Of(b.Metadata.CreationTimestamp, c)));

    public static Table<MutatingAdmissionPolicy> Mutating { get; } = new(
        new("Name", p => p.Metadata.Name, format: "name"),
        new("Mutations", p => (long)p.Spec.Mutations.Count, type: "integer"),
        new("ParamKind", p => KindOf(p.Spec.ParamKind)),
        new("Age", (p, c) => Ages.Of(p.Metadata.CreationTimestamp, c)));

    public static Table<MutatingAdmissionPolicyBinding> MutatingBindings { get; } = new(
        new("Name", b => b.Metadata.Name, format: "name"),
        new("PolicyName", b => b.Spec.PolicyName ?? ""),
        new("ParamRef", b => NameOf(b.Spec.ParamRef)),
        new("Age", (b, c) => Ages.Of(b.Metadata.CreationTimestamp, c)));

    public static Table<FlowSchema> FlowSchemas { get; } = new(
        new("Name", f => f.Metadata.Name, format: "name"),
        new("PriorityLevel", f => f.Spec.PriorityLevelConfiguration.Name),
        new("MatchingPrecedence", f => (long)(f.Spec.MatchingPrecedence ?? 0), type: "integer"),
        new("DistinguisherMethod", f => f.Spec.DistinguisherMethod?.Type is { Length: > 0 } method ? method : Shown.None),
        new("Age", (f, c) => Ages.Of(f.Metadata.CreationTimestamp, c)),
        new("MissingPL", f => f.Status.Conditions.FirstOrDefault(c => c.Type == "Dangling")?.Status ?? "?"));

    public static Table<PriorityLevelConfiguration> PriorityLevels { get; } = new(
        new("Name", p => p.Metadata.Name, format: "name"),
        new("Type", p => p.Spec.Type),
        new("NominalConcurrencyShares", p => Number(p.Spec.Limited?.NominalConcurrencyShares)),
        new("Queues", p => Number(p.Spec.Limited?.LimitResponse?.Queuing?.Queues)),
        new("HandSize", p => Number(p.Spec.Limited?.LimitResponse?.Queuing?.HandSize)),
        new("QueueLengthLimit", p => Number(p.Spec.Limited?.LimitResponse?.Queuing?.QueueLengthLimit)),
        new("Age", (p, c) => Ages.Of(p.Metadata.CreationTimestamp, c)));

    public static Table<IPAddress> Addresses { get; } = new(
        new("Name", a => a.Metadata.Name, format: "name"),
        new("ParentRef", a => Parent(a.Spec.ParentRef)));

    public static Table<ServiceCIDR> Ranges { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("CIDRs", r => string.Join(',', r.Spec.Cidrs)),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)));

    public static Table<PodTemplate> PodTemplates { get; } = new(
        new("Name", t => t.Metadata.Name, format: "name"),
        new("Containers", t => Shown.Containers(t.Template?.Spec)),
        new("Images", t => Shown.Images(t.Template?.Spec)),
        new("Pod Labels", t => t.Template?.Metadata is { } metadata ? Shown.Labels(metadata.Labels) : Shown.None));

    public static Table<ControllerRevision> Revisions { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Controller", r => r.Metadata.OwnerReferences.FirstOrDefault(o => o.Controller == true) is { } owner ? Owner(owner.ApiVersion, owner.Kind, owner.Name) : Shown.None),
        new("Revision", r => r.Revision, type: "integer"),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)));

    private static string KindOf(ParamKind? kind) => kind is null ? Shown.Unset : string.Join('/', ((string?[])[kind.ApiVersion, kind.Kind]).Where(p => !string.IsNullOrEmpty(p)));

    private static string NameOf(ParamRef? reference) => reference is null ? Shown.Unset
        : reference.Name is { Length: > 0 } name ? string.IsNullOrEmpty(reference.Namespace) ? $"*/{name}" : $"{reference.Namespace}/{name}"
        : Shown.Selector(reference.Selector);

    private static string Number(int? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Shown.None;

    private static string Parent(ParentReference? parent) => parent is null ? Shown.None
        : string.Join('/', ((string?[])[string.IsNullOrEmpty(parent.Group) ? parent.ResourceValue : $"{parent.ResourceValue}.{parent.Group}", parent.Namespace, parent.Name]).Where(p => !string.IsNullOrEmpty(p)));

    private static string Owner(string apiVersion, string kind, string name)
    {
        var slash = apiVersion.IndexOf('/');
        return slash < 0 ? $"{kind.ToLowerInvariant()}/{name}" : $"{kind.ToLowerInvariant()}.{apiVersion[..slash]}/{name}";
    }
}
