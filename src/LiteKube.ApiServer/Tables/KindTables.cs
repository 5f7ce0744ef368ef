using System.Collections.Frozen;
using LiteKube.Api;
using LiteKube.Api.Autoscaling.V2;
using LiteKube.ApiServer.CustomResources;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Tables;

/// <summary>Which kind has which table.</summary>
internal static class KindTables
{
    private static readonly DefaultTable s_default = new();

    private static readonly FrozenDictionary<ResourceType, ITable> s_tables = new Dictionary<ResourceType, ITable>
    {
        [Api.Core.V1.Pod.Resource] = PodTable.Table,
        [Api.Core.V1.Node.Resource] = NodeTable.Table,
        [Api.Core.V1.Namespace.Resource] = ConfigTables.Namespaces,
        [Api.Core.V1.ConfigMap.Resource] = ConfigTables.ConfigMaps,
        [Api.Core.V1.Secret.Resource] = ConfigTables.Secrets,
        [Api.Core.V1.ServiceAccount.Resource] = ConfigTables.ServiceAccounts,
        [Api.Core.V1.ResourceQuota.Resource] = ConfigTables.Quotas,
        [Api.Core.V1.Service.Resource] = ServiceTables.Services,
        [Api.Core.V1.Endpoints.Resource] = ServiceTables.Endpoints,
        [Api.Core.V1.ReplicationController.Resource] = WorkloadTables.ReplicationControllers,
        [Api.Core.V1.Event.Resource] = ClusterTables.Events,
        [Api.Core.V1.PersistentVolume.Resource] = ClusterTables.Volumes,
        [Api.Core.V1.PersistentVolumeClaim.Resource] = ClusterTables.Claims,
        [Api.Apps.V1.Deployment.Resource] = WorkloadTables.Deployments,
        [Api.Apps.V1.ReplicaSet.Resource] = WorkloadTables.ReplicaSets,
        [Api.Apps.V1.StatefulSet.Resource] = WorkloadTables.StatefulSets,
        [Api.Apps.V1.DaemonSet.Resource] = WorkloadTables.DaemonSets,
        [Api.Batch.V1.Job.Resource] = WorkloadTables.Jobs,
        [Api.Batch.V1.CronJob.Resource] = WorkloadTables.CronJobs,
        [HorizontalPodAutoscaler.Resource] = AutoscalerTable.Table,
        [Api.Policy.V1.PodDisruptionBudget.Resource] = WorkloadTables.DisruptionBudgets,
        [Api.Discovery.V1.EndpointSlice.Resource] = ServiceTables.Slices,
        [Api.Networking.V1.Ingress.Resource] = ServiceTables.Ingresses,
        [Api.Networking.V1.IngressClass.Resource] = ClusterTables.IngressClasses,
        [Api.Networking.V1.NetworkPolicy.Resource] = ClusterTables.NetworkPolicies,
        [Api.Coordination.V1.Lease.Resource] = ClusterTables.Leases,
        [Api.Storage.V1.StorageClass.Resource] = ClusterTables.StorageClasses,
        [Api.Scheduling.V1.PriorityClass.Resource] = ClusterTables.PriorityClasses,
        [Api.Certificates.V1.CertificateSigningRequest.Resource] = ClusterTables.SigningRequests,
        [Api.Node.V1.RuntimeClass.Resource] = ClusterTables.RuntimeClasses,
        [Api.Apiregistration.V1.APIService.Resource] = ClusterTables.ApiServices,
        [Api.Admissionregistration.V1.ValidatingWebhookConfiguration.Resource] = ClusterTables.ValidatingWebhooks,
        [Api.Admissionregistration.V1.MutatingWebhookConfiguration.Resource] = ClusterTables.MutatingWebhooks,
        [Api.Admissionregistration.V1.ValidatingAdmissionPolicy.Resource] = PolicyTables.Validating,
        [Api.Admissionregistration.V1.ValidatingAdmissionPolicyBinding.Resource] = PolicyTables.ValidatingBindings,
        [Api.Admissionregistration.V1.MutatingAdmissionPolicy.Resource] = PolicyTables.Mutating,
        [Api.Admissionregistration.V1.MutatingAdmissionPolicyBinding.Resource] = PolicyTables.MutatingBindings,
        [Api.Flowcontrol.V1.FlowSchema.Resource] = PolicyTables.FlowSchemas,
        [Api.Flowcontrol.V1.PriorityLevelConfiguration.Resource] = PolicyTables.PriorityLevels,
        [Api.Networking.V1.IPAddress.Resource] = PolicyTables.Addresses,
        [Api.Networking.V1.ServiceCIDR.Resource] = PolicyTables.Ranges,
        [Api.Core.V1.PodTemplate.Resource] = PolicyTables.PodTemplates,
        [Api.Apps.V1.ControllerRevision.Resource] = PolicyTables.Revisions,
        [Api.Storage.V1.CSIDriver.Resource] = StorageTables.Drivers,
        [Api.Storage.V1.CSINode.Resource] = StorageTables.DriverNodes,
        [Api.Storage.V1.CSIStorageCapacity.Resource] = StorageTables.Capacities,
        [Api.Storage.V1.VolumeAttachment.Resource] = StorageTables.Attachments,
        [Api.Storage.V1.VolumeAttributesClass.Resource] = StorageTables.AttributesClasses,
        [Api.Resource.V1.ResourceClaim.Resource] = StorageTables.Claims,
        [Api.Resource.V1.ResourceSlice.Resource] = StorageTables.Slices,
        [Api.Rbac.V1.Role.Resource] = ConfigTables.Roles,
        [Api.Rbac.V1.ClusterRole.Resource] = ConfigTables.ClusterRoles,
        [Api.Rbac.V1.RoleBinding.Resource] = ConfigTables.RoleBindings,
        [Api.Rbac.V1.ClusterRoleBinding.Resource] = ConfigTables.ClusterRoleBindings,
    }.ToFrozenDictionary();

    public static ITable Of(ServedResource resource) =>
        resource.Schema.Custom is { } custom ? new CustomTable(custom)
        : resource.Conversion is { } conversion ? new StoredTable(Of(resource.Storage), conversion)
        : s_tables.TryGetValue(resource.Type, out var table) ? table : s_default;
}
