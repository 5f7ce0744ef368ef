using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Resource.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>
/// A node writes only what is its own: its Node, lease and CSINode, the status of its pods, tokens for its pods.
/// (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction)
/// </summary>
internal sealed class NodeRestriction(IObjectReader objects) : IAdmissionPlugin
{
    private const string LeaseNamespace = "kube-node-lease";
    private const string ReservedLabel = "node-restriction.kubernetes.io";

    /// <summary>Labels of Kubernetes' own that a node may give itself; others under these domains are the administrator's.</summary>
    private static readonly string[] s_ownLabels =
    [
        "kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type", "topology.kubernetes.io/region", "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
    ];

    private static readonly ResourceType[] s_guarded = [Node.Resource, Pod.Resource, Lease.Resource, CSINode.Resource, ServiceAccount.Resource, ResourceSlice.Resource];

    public string Name => "NodeRestriction";

    public bool Handles(AdmissionRequest request) => request.User.NodeName is not null && s_guarded.Contains(request.Resource);

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var node = request.User.NodeName!;
        switch (request.Resource.Plural, request.Subresource)
        {
            case ("nodes", _):
                CheckNode(request, node);
                break;
            case ("pods", ""):
                return CheckPodAsync(request, node, cancellationToken);
            case ("pods", "status"):
                if (request.OldObject.Child("spec").Text("nodeName") != node)
                    throw Denial.Of(request, $"node \"{node}\" can only update pod status for pods with spec.nodeName set to itself");
                if (!JsonNode.DeepEquals(request.OldObject.Labels(), request.Object.Labels()))
                    throw Denial.Of(request, $"node \"{node}\" cannot update labels through pod status");
                break;
            case ("pods", "eviction"):
                return CheckEvictionAsync(request, node, cancellationToken);
            case ("pods", _):
                throw Denial.Of(request, $"unexpected pod subresource \"{request.Subresource}\", only 'status' and 'eviction' are allowed");
            case ("leases", _):
                CheckOwn(request, node, request.Namespace == LeaseNamespace);
                break;
            case ("csinodes", _):
                CheckOwn(request, node, inScope: true);
                break;
            case ("resourceslices", ""):
                CheckSlice(request, node);
                break;
            case ("serviceaccounts", "token"):
                return CheckTokenAsync(request, node, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    private static void CheckOwn(AdmissionRequest request, string node, bool inScope)
    {
        var name = request.Name.Length > 0 ? request.Name : request.Object.Child("metadata").Text("name");
        if (!inScope || name != node)
            throw Denial.Of(request, $"can only access {request.Resource.Plural} with the same name as the requesting node");
    }

    private static void CheckNode(AdmissionRequest request, string node)
    {
        var name = request.Name.Length > 0 ? request.Name : request.Object.Child("metadata").Text("name");
        if (name != node)
            throw Denial.Of(request, $"node \"{node}\" is not allowed to modify node \"{name}\"");
        if (request.Object is null)
            return;
        var before = request.OldObject.Labels();
        var after = request.Object.Labels();
        var forbidden = before.Select(l => l.Key).Union(after.Select(l => l.Key))
            .Where(k => before.Text(k) != after.Text(k) && IsReserved(k))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (forbidden.Count > 0)
            throw Denial.Of(request, $"is not allowed to modify labels: {string.Join(", ", forbidden)}");
        if (request.Operation != AdmissionOperation.Update)
            return;
        if (!Same(request.OldObject.Child("spec").Items("taints"), request.Object.Child("spec").Items("taints")))
            throw Denial.Of(request, $"node \"{node}\" is not allowed to modify taints");
        if (!Same(request.OldObject.Child("metadata").Items("ownerReferences"), request.Object.Child("metadata").Items("ownerReferences")))
            throw Denial.Of(request, $"node \"{node}\" is not allowed to modify ownerReferences");
    }

    private static void CheckSlice(AdmissionRequest request, string node)
    {
        var slice = request.Object ?? request.OldObject;
        if (slice is not null && slice.Child("spec").Text("nodeName") != node)
            throw Denial.Of(request, $"can only {request.Operation.ToString().ToLowerInvariant()} ResourceSlice with the same NodeName as the requesting node");
    }

    private static bool IsReserved(string label)
    {
        var slash = label.IndexOf('/');
        var domain = slash < 0 ? "" : label[..slash];
        if (domain == ReservedLabel || domain.EndsWith("." + ReservedLabel, StringComparison.Ordinal))
            return true;
        if (domain != "kubernetes.io" && !domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) && domain != "k8s.io" && !domain.EndsWith(".k8s.io", StringComparison.Ordinal))
            return false;
        return !s_ownLabels.Contains(label)
            && domain != "kubelet.kubernetes.io" && !domain.EndsWith(".kubelet.kubernetes.io", StringComparison.Ordinal)
            && domain != "node.kubernetes.io" && !domain.EndsWith(".node.kubernetes.io", StringComparison.Ordinal);
    }

    private static bool Same(JsonArray? left, JsonArray? right) => (left is not { Count: > 0 } && right is not { Count: > 0 }) || JsonNode.DeepEquals(left, right);

    private async ValueTask CheckPodAsync(AdmissionRequest request, string node, CancellationToken cancellationToken)
    {
        switch (request.Operation)
        {
            case AdmissionOperation.Create:
                CheckMirrorPod(request, node);
                break;
            case AdmissionOperation.Delete:
                if (request.Name.Length == 0)
                    throw Denial.Of(request, $"node \"{node}\" can only delete pods by name");
                var pod = request.OldObject ?? (await objects.GetAsync(Pod.Resource, request.Namespace, request.Name, cancellationToken))?.ToTree();
                if (pod is not null && pod.Child("spec").Text("nodeName") != node)
                    throw Denial.Of(request, $"node \"{node}\" can only delete pods with spec.nodeName set to itself");
                break;
            default:
                throw Denial.Of(request, $"unexpected operation \"{request.Operation.ToString().ToUpperInvariant()}\", node \"{node}\" can only create and delete mirror pods");
        }
    }

    // Else a node could make pods that hand it other nodes' secrets.
    private static void CheckMirrorPod(AdmissionRequest request, string node)
    {
        var spec = request.Object.Child("spec");
        if (!request.Object.IsMirrorPod())
            throw Denial.Of(request, $"pod does not have \"kubernetes.io/config.mirror\" annotation, node \"{node}\" can only create mirror pods");
        if (spec.Text("nodeName") != node)
            throw Denial.Of(request, $"node \"{node}\" can only create pods with spec.nodeName set to itself");
        if (spec.Has("serviceAccountName"))
            throw Denial.Of(request, $"node \"{node}\" can not create pods that reference a service account");
        if (request.Object.Child("metadata").Objects("ownerReferences").Any(o => o.Text("apiVersion") != "v1" || o.Text("kind") != "Node" || o.Text("name") != node))
            throw Denial.Of(request, $"node \"{node}\" can only create pods with an owner reference set to itself");
        if (request.Object.Child("metadata").Objects("ownerReferences").Any(o => o.Flag("blockOwnerDeletion") == true))
            throw Denial.Of(request, $"node \"{node}\" must not set blockOwnerDeletion on an owner reference");
        string[] sources = ["secret", "configMap", "persistentVolumeClaim", "projected"];
        if (spec.Objects("volumes").Any(v => sources.Any(v.Has)))
            throw Denial.Of(request, $"node \"{node}\" can not create pods that reference secrets, configmaps, persistentvolumeclaims or projected volumes");
        var containers = spec.Objects("initContainers").Concat(spec.Objects("containers"));
        if (containers.Any(c => c.Objects("envFrom").Any() || c.Objects("env").Any(e => e.Child("valueFrom").Has("secretKeyRef") || e.Child("valueFrom").Has("configMapKeyRef"))))
            throw Denial.Of(request, $"node \"{node}\" can not create pods that reference secrets or configmaps");
    }

    private async ValueTask CheckEvictionAsync(AdmissionRequest request, string node, CancellationToken cancellationToken)
    {
        var name = request.Name.Length > 0 ? request.Name : request.Object.Child("metadata").Text("name") ?? "";
        var pod = await objects.GetAsync(Pod.Resource, request.Namespace, name, cancellationToken);
        if (pod is not null && pod.As<Pod>().Spec.NodeName != node)
            throw Denial.Of(request, $"node \"{node}\" can only evict pods with spec.nodeName set to itself");
    }

    private async ValueTask CheckTokenAsync(AdmissionRequest request, string node, CancellationToken cancellationToken)
    {
        var bound = request.Object.Child("spec").Child("boundObjectRef");
        if (bound.Text("kind") != "Pod" || bound.Text("apiVersion") != "v1" || bound.Text("name") is not { } name)
            throw Denial.Of(request, $"node \"{node}\" can only request tokens that are bound to a pod");
        if (bound.Text("uid") is not { } uid)
            throw Denial.Of(request, $"node \"{node}\" requested token with a pod binding without a uid");
        var pod = await objects.GetAsync(Pod.Resource, request.Namespace, name, cancellationToken);
        if (pod is null || pod.Header.Uid != uid)
            throw Denial.Of(request, $"node requested token bound to a pod that is not there: {request.Namespace}/{name}");
        if (pod.As<Pod>().Spec.NodeName != node)
            throw Denial.Of(request, $"node requested token bound to a pod scheduled on a different node: {request.Namespace}/{name}");
        await CheckAudiencesAsync(request, node, pod.As<Pod>(), cancellationToken);
    }

    /// <summary>Audiences other than the server's own are for the pods that ask for them: by a projected volume, or by the CSI driver of a volume.</summary>
    private async ValueTask CheckAudiencesAsync(AdmissionRequest request, string node, Pod pod, CancellationToken cancellationToken)
    {
        foreach (var audience in (request.Object.Child("spec").Items("audiences") ?? []).Select(a => a?.GetValue<string>() ?? "").Where(a => a.Length > 0))
        {
            if (pod.Spec.Volumes.Any(v => v.Projected?.Sources.Any(s => s.ServiceAccountToken?.Audience == audience) ?? false))
                continue;
            if (!await HasDriverForAsync(pod, audience, cancellationToken))
                throw Denial.Of(request, $"audience \"{audience}\" not found in pod spec volume, \"system:node:{node}\" is not authorized to request tokens for this audience");
        }
    }

    private async ValueTask<bool> HasDriverForAsync(Pod pod, string audience, CancellationToken cancellationToken)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            var driver = volume.Csi?.Driver;
            var claim = volume.PersistentVolumeClaim?.ClaimName ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}");
            if (claim is not null && await objects.GetAsync(PersistentVolumeClaim.Resource, pod.Metadata.Namespace, claim, cancellationToken) is { } claimed
                && claimed.As<PersistentVolumeClaim>().Spec.VolumeName is { Length: > 0 } bound
                && await objects.GetAsync(PersistentVolume.Resource, null, bound, cancellationToken) is { } found)
                driver = found.As<PersistentVolume>().Spec.Csi?.Driver;
            if (driver is not null && await objects.GetAsync(CSIDriver.Resource, null, driver, cancellationToken) is { } known
                && known.As<CSIDriver>().Spec.TokenRequests.Any(t => t.Audience == audience))
                return true;
        }

        return false;
    }
}
