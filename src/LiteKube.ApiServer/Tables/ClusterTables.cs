using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Apiregistration.V1;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Networking.V1;
using LiteKube.Api.Node.V1;
using LiteKube.Api.Scheduling.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>Events, leases, volumes and the rest of what a cluster is configured by.</summary>
internal static class ClusterTables
{
    public static Table<Event> Events { get; } = new(
        new("Last Seen", (e, c) => LastSeen(e, c)),
        new("Type", e => e.Type ?? ""),
        new("Reason", e => e.Reason ?? ""),
        new("Object", e => Subject(e)),
        new("Subobject", e => e.InvolvedObject.FieldPath ?? "", 1),
        new("Source", e => Source(e), 1),
        new("Message", e => (e.Message ?? "").Trim()),
        new("First Seen", (e, c) => Ages.Of(e.FirstTimestamp ?? e.EventTime, c), 1),
        new("Count", e => (long)(e.Series?.Count ?? e.Count ?? 1), 1),
        new("Name", e => e.Metadata.Name, 1, format: "name"));

    public static Table<Lease> Leases { get; } = new(
        new("Name", l => l.Metadata.Name, format: "name"),
        new("Holder", l => l.Spec.HolderIdentity ?? ""),
        new("Age", (l, c) => Ages.Of(l.Metadata.CreationTimestamp, c)));

    public static Table<PersistentVolume> Volumes { get; } = new(
        new("Name", v => v.Metadata.Name, format: "name"),
        new("Capacity", v => v.Spec.Capacity.TryGetValue("storage", out var size) ? size.ToString() : ""),
        new("Access Modes", v => Shown.AccessModes(v.Spec.AccessModes)),
        new("Reclaim Policy", v => v.Spec.PersistentVolumeReclaimPolicy ?? ""),
        new("Status", v => v.Metadata.DeletionTimestamp is null ? v.Status.Phase ?? "" : "Terminating"),
        new("Claim", v => v.Spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : ""),
        new("StorageClass", v => v.Spec.StorageClassName ?? ""),
        new("VolumeAttributesClass", v => string.IsNullOrEmpty(v.Spec.VolumeAttributesClassName) ? Shown.Unset : v.Spec.VolumeAttributesClassName),
        new("Reason", v => v.Status.Reason ?? ""),
        new("Age", (v, c) => Ages.Of(v.Metadata.CreationTimestamp, c)),
        new("VolumeMode", v => string.IsNullOrEmpty(v.Spec.VolumeMode) ? Shown.Unset : v.Spec.VolumeMode, 1));

    public static Table<PersistentVolumeClaim> Claims { get; } = new(
        new("Name", v => v.Metadata.Name, format: "name"),
        new("Status", v => v.Metadata.DeletionTimestamp is null ? v.Status.Phase ?? "" : "Terminating"),
        new("Volume", v => v.Spec.VolumeName ?? ""),
        new("Capacity", v => !string.IsNullOrEmpty(v.Spec.VolumeName) && v.Status.Capacity.TryGetValue("storage", out var size) ? size.ToString() : ""),
        new("Access Modes", v => string.IsNullOrEmpty(v.Spec.VolumeName) ? "" : Shown.AccessModes(v.Status.AccessModes)),
        new("StorageClass", v => v.Spec.StorageClassName ?? ""),
        new("VolumeAttributesClass", v => string.IsNullOrEmpty(v.Spec.VolumeAttributesClassName) ? Shown.Unset : v.Spec.VolumeAttributesClassName),
        new("Age", (v, c) => Ages.Of(v.Metadata.CreationTimestamp, c)),
        new("VolumeMode", v => string.IsNullOrEmpty(v.Spec.VolumeMode) ? Shown.Unset : v.Spec.VolumeMode, 1));

    public static Table<StorageClass> StorageClasses { get; } = new(
        new("Name", s => IsDefault(s.Metadata.Annotations, "storageclass.kubernetes.io/is-default-class") ? $"{s.Metadata.Name} (default)" : s.Metadata.Name, format: "name"),
        new("Provisioner", s => s.Provisioner),
        new("ReclaimPolicy", s => s.ReclaimPolicy ?? "Delete"),
        new("VolumeBindingMode", s => s.VolumeBindingMode ?? "Immediate"),
        new("AllowVolumeExpansion", s => s.AllowVolumeExpansion ?? false, type: "string"),
        new("Age", (s, c) => Ages.Of(s.Metadata.CreationTimestamp, c)));

    public static Table<PriorityClass> PriorityClasses { get; } = new(
        new("Name", p => p.Metadata.Name, format: "name"),
        new("Value", p => (long)(p.Value ?? 0), type: "integer"),
        new("Global-Default", p => p.GlobalDefault ?? false, type: "boolean"),
        new("Age", (p, c) => Ages.Of(p.Metadata.CreationTimestamp, c)),
        new("PreemptionPolicy", p => p.PreemptionPolicy ?? ""));

    public static Table<CertificateSigningRequest> SigningRequests { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)),
        new("SignerName", r => r.Spec.SignerName),
        new("Requestor", r => r.Spec.Username ?? ""),
        new("RequestedDuration", r => r.Spec.ExpirationSeconds is { } seconds ? Ages.Of(TimeSpan.FromSeconds(seconds)) : Shown.None),
        new("Condition", r => Condition(r)));

    public static Table<IngressClass> IngressClasses { get; } = new(
        new("Name", i => i.Metadata.Name, format: "name"),
        new("Controller", i => i.Spec.Controller ?? ""),
        new("Parameters", i => i.Spec.Parameters is { } p ? $"{p.Kind}{(string.IsNullOrEmpty(p.ApiGroup) ? "" : "." + p.ApiGroup)}/{p.Name}" : Shown.None),
        new("Age", (i, c) => Ages.Of(i.Metadata.CreationTimestamp, c)));

    public static Table<NetworkPolicy> NetworkPolicies { get; } = new(
        new("Name", n => n.Metadata.Name, format: "name"),
        new("Pod-Selector", n => Shown.Selector(n.Spec.PodSelector)),
        new("Age", (n, c) => Ages.Of(n.Metadata.CreationTimestamp, c)));

    public static Table<RuntimeClass> RuntimeClasses { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Handler", r => r.Handler),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)));

    public static Table<APIService> ApiServices { get; } = new(
        new("Name", a => a.Metadata.Name, format: "name"),
        new("Service", a => a.Spec.Service is { } s ? $"{s.Namespace}/{s.Name}" : "Local"),
        new("Available", a => a.Status.Conditions.FirstOrDefault(c => c.Type == "Available") is { } c ? c.Status == "True" ? "True" : $"{c.Status} ({c.Reason})" : "Unknown"),
        new("Age", (a, c) => Ages.Of(a.Metadata.CreationTimestamp, c)));

    public static Table<ValidatingWebhookConfiguration> ValidatingWebhooks { get; } = new(
        new("Name", w => w.Metadata.Name, format: "name"),
        new("Webhooks", w => (long)w.Webhooks.Count, type: "integer"),
        new("Age", (w, c) => Ages.Of(w.Metadata.CreationTimestamp, c)));

    public static Table<MutatingWebhookConfiguration> MutatingWebhooks { get; } = new(
        new("Name", w => w.Metadata.Name, format: "name"),
        new("Webhooks", w => (long)w.Webhooks.Count, type: "integer"),
        new("Age", (w, c) => Ages.Of(w.Metadata.CreationTimestamp, c)));

    private static string Subject(Event e) =>
        string.IsNullOrEmpty(e.InvolvedObject.Kind) ? e.InvolvedObject.Name ?? "" : $"{e.InvolvedObject.Kind.ToLowerInvariant()}/{e.InvolvedObject.Name}";

    private static string LastSeen(Event e, TableContext context)
    {
        var first = e.FirstTimestamp ?? e.EventTime;
        if (e.Series is { } series)
            return $"{Ages.Of(series.LastObservedTime, context)} (x{series.Count} over {Ages.Of(first, context)})";
        if (e.Count is > 1)
            return $"{Ages.Of(e.LastTimestamp, context)} (x{e.Count} over {Ages.Of(first, context)})";
        return Ages.Of(e.LastTimestamp ?? first, context);
    }

    private static string Source(Event e)
    {
        var component = e.Source?.Component is { Length: > 0 } source ? source : e.ReportingComponent ?? "";
        var host = e.Source?.Host is { Length: > 0 } from ? from : "";
        return host.Length == 0 ? component : $"{component}, {host}";
    }

    private static string Condition(CertificateSigningRequest request)
    {
        var parts = request.Status.Conditions.Select(c => c.Type).ToList();
        var text = parts.Count == 0 ? "Pending" : string.Join(',', parts.Distinct());
        return request.Status.Certificate is { Length: > 0 } ? text + ",Issued" : text;
    }

    private static bool IsDefault(IReadOnlyDictionary<string, string> annotations, string name) => annotations.GetValueOrDefault(name) == "true";
}
