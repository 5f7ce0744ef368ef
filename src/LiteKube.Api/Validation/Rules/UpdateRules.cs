using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What may not change from the old object to the new.</summary>
internal static class UpdateRules
{
    private static readonly FrozenDictionary<string, Action<FieldErrors, JsonObject, JsonObject>> s_rules = new Dictionary<string, Action<FieldErrors, JsonObject, JsonObject>>(StringComparer.Ordinal)
    {
        ["core.v1.Pod"] = PodUpdateRules.Update,
        ["core.v1.Service"] = ServiceRules.Update,
        ["core.v1.ConfigMap"] = ConfigRules.UpdateConfigMap,
        ["core.v1.Secret"] = ConfigRules.UpdateSecret,
        ["core.v1.Node"] = NodeRules.Update,
        ["core.v1.PersistentVolume"] = StorageRules.UpdatePersistentVolume,
        ["core.v1.PersistentVolumeClaim"] = StorageRules.UpdateClaim,
        ["core.v1.ResourceQuota"] = QuotaRules.UpdateResourceQuota,
        ["apps.v1.Deployment"] = WorkloadRules.SelectorUnchanged,
        ["apps.v1.ReplicaSet"] = WorkloadRules.SelectorUnchanged,
        ["apps.v1.DaemonSet"] = WorkloadRules.SelectorUnchanged,
        ["apps.v1.StatefulSet"] = WorkloadRules.UpdateStatefulSet,
        ["batch.v1.Job"] = BatchRules.UpdateJob,
        ["rbac.v1.RoleBinding"] = RbacRules.UpdateBinding,
        ["rbac.v1.ClusterRoleBinding"] = RbacRules.UpdateBinding,
        ["discovery.v1.EndpointSlice"] = NetworkingRules.UpdateEndpointSlice,
        ["networking.v1.IPAddress"] = AddressRules.UpdateIpAddress,
        ["networking.v1.ServiceCIDR"] = AddressRules.UpdateServiceCidr,
        ["scheduling.v1.PriorityClass"] = PolicyRules.UpdatePriorityClass,
        ["storage.v1.StorageClass"] = StorageRules.UpdateStorageClass,
        ["certificates.v1.CertificateSigningRequest"] = PolicyRules.UpdateSigningRequest,
        ["apiextensions.v1.CustomResourceDefinition"] = ExtensionRules.UpdateCustomResourceDefinition,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Action<FieldErrors, JsonObject, JsonObject>? Of(string type) => s_rules.GetValueOrDefault(type);
}
