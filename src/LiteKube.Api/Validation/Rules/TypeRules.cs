using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Checks one structure, wherever in an object it stands.</summary>
internal delegate void TypeRule(FieldErrors errors, JsonObject value, FieldPath path);

/// <summary>The table of rules that take code, by the type they belong to.</summary>
internal static class TypeRules
{
    private static readonly FrozenDictionary<string, TypeRule> s_rules = new Dictionary<string, TypeRule>(StringComparer.Ordinal)
    {
        ["meta.v1.LabelSelector"] = SelectorRules.LabelSelector,
        ["core.v1.NodeSelectorRequirement"] = SelectorRules.NodeSelectorRequirement,

        ["core.v1.PodSpec"] = PodRules.PodSpec,
        ["core.v1.PodTemplateSpec"] = PodRules.PodTemplate,
        ["core.v1.Toleration"] = SchedulingRules.Toleration,
        ["core.v1.TopologySpreadConstraint"] = SchedulingRules.TopologySpreadConstraint,
        ["core.v1.PodAffinityTerm"] = SchedulingRules.PodAffinityTerm,
        ["core.v1.PreferredSchedulingTerm"] = SchedulingRules.Weighted,
        ["core.v1.WeightedPodAffinityTerm"] = SchedulingRules.Weighted,
        ["core.v1.Container"] = ContainerRules.Container,
        ["core.v1.EphemeralContainer"] = ContainerRules.EphemeralContainer,
        ["core.v1.EnvVar"] = EnvRules.EnvVar,
        ["core.v1.EnvVarSource"] = EnvRules.EnvVarSource,
        ["core.v1.EnvFromSource"] = EnvRules.EnvFromSource,
        ["core.v1.HTTPGetAction"] = ProbeRules.HttpGet,
        ["core.v1.TCPSocketAction"] = ProbeRules.TcpSocket,
        ["core.v1.LifecycleHandler"] = ProbeRules.LifecycleHandler,
        ["core.v1.ResourceRequirements"] = ResourceRules.ContainerResources,
        ["core.v1.SecurityContext"] = ContainerRules.SecurityContext,
        ["core.v1.Volume"] = VolumeRules.Volume,
        ["core.v1.HostPathVolumeSource"] = VolumeRules.HostPath,
        ["core.v1.KeyToPath"] = VolumeRules.KeyToPath,
        ["core.v1.VolumeProjection"] = VolumeRules.Projection,
        ["core.v1.NFSVolumeSource"] = VolumeRules.Nfs,
        ["core.v1.ConfigMapVolumeSource"] = VolumeRules.NamedSource,
        ["core.v1.ConfigMapProjection"] = VolumeRules.NamedSource,
        ["core.v1.SecretProjection"] = VolumeRules.NamedSource,
        ["core.v1.SecretVolumeSource"] = VolumeRules.Secret,
        ["core.v1.DownwardAPIVolumeFile"] = VolumeRules.DownwardFile,

        ["core.v1.ServiceSpec"] = ServiceRules.Spec,
        ["core.v1.ConfigMap"] = ConfigRules.ConfigMap,
        ["core.v1.Secret"] = ConfigRules.Secret,
        ["core.v1.NodeSpec"] = NodeRules.Spec,
        ["core.v1.Taint"] = NodeRules.Taint,
        ["core.v1.PersistentVolumeSpec"] = StorageRules.PersistentVolume,
        ["core.v1.PersistentVolumeClaimSpec"] = StorageRules.Claim,
        ["core.v1.LimitRangeItem"] = QuotaRules.LimitRangeItem,
        ["core.v1.ResourceQuotaSpec"] = QuotaRules.ResourceQuota,
        ["core.v1.ReplicationControllerSpec"] = WorkloadRules.ReplicationController,

        ["apps.v1.DeploymentSpec"] = WorkloadRules.Deployment,
        ["apps.v1.ReplicaSetSpec"] = WorkloadRules.ReplicaSet,
        ["apps.v1.StatefulSetSpec"] = WorkloadRules.StatefulSet,
        ["apps.v1.DaemonSetSpec"] = WorkloadRules.DaemonSet,
        ["batch.v1.JobSpec"] = BatchRules.Job,
        ["batch.v1.CronJobSpec"] = BatchRules.CronJob,

        ["autoscaling.v1.HorizontalPodAutoscalerSpec"] = PolicyRules.Autoscaler,
        ["autoscaling.v2.HorizontalPodAutoscalerSpec"] = PolicyRules.Autoscaler,
        ["policy.v1.PodDisruptionBudgetSpec"] = PolicyRules.DisruptionBudget,
        ["rbac.v1.Role"] = RbacRules.Role,
        ["rbac.v1.ClusterRole"] = RbacRules.ClusterRole,
        ["rbac.v1.RoleBinding"] = RbacRules.RoleBinding,
        ["rbac.v1.ClusterRoleBinding"] = RbacRules.ClusterRoleBinding,
        ["networking.v1.IngressSpec"] = NetworkingRules.Ingress,
        ["networking.v1.HTTPIngressPath"] = NetworkingRules.IngressPath,
        ["networking.v1.IngressBackend"] = NetworkingRules.IngressBackend,
        ["networking.v1.NetworkPolicyPort"] = NetworkingRules.PolicyPort,
        ["networking.v1.NetworkPolicyPeer"] = NetworkingRules.PolicyPeer,
        ["networking.v1.IPBlock"] = NetworkingRules.IpBlock,
        ["networking.v1.IPAddressSpec"] = AddressRules.IpAddress,
        ["networking.v1.ServiceCIDRSpec"] = AddressRules.ServiceCidr,
        ["discovery.v1.EndpointSlice"] = NetworkingRules.EndpointSlice,
        ["scheduling.v1.PriorityClass"] = PolicyRules.PriorityClass,
        ["authorization.v1.SubjectAccessReviewSpec"] = ReviewRules.Subject,
        ["authorization.v1.SelfSubjectAccessReviewSpec"] = ReviewRules.Self,
        ["authorization.v1.FieldSelectorAttributes"] = ReviewRules.Selector,
        ["authorization.v1.LabelSelectorAttributes"] = ReviewRules.Selector,
        ["storage.v1.StorageClass"] = StorageRules.StorageClass,
        ["certificates.v1.CertificateSigningRequestSpec"] = PolicyRules.SigningRequest,
        ["apiextensions.v1.CustomResourceDefinition"] = ExtensionRules.CustomResourceDefinition,
        ["apiregistration.v1.APIService"] = ExtensionRules.ApiService,
        ["admissionregistration.v1.MutatingWebhookConfiguration"] = WebhookRules.Configuration,
        ["admissionregistration.v1.ValidatingWebhookConfiguration"] = WebhookRules.Configuration,
        ["admissionregistration.v1.MutatingWebhook"] = WebhookRules.Webhook,
        ["admissionregistration.v1.ValidatingWebhook"] = WebhookRules.Webhook,
        ["admissionregistration.v1.RuleWithOperations"] = WebhookRules.Rule,
        ["admissionregistration.v1.NamedRuleWithOperations"] = AdmissionPolicyRules.NamedRule,
        ["admissionregistration.v1.MatchResources"] = AdmissionPolicyRules.MatchResources,
        ["admissionregistration.v1.ParamKind"] = AdmissionPolicyRules.ParamKind,
        ["admissionregistration.v1.ParamRef"] = AdmissionPolicyRules.ParamRef,
        ["admissionregistration.v1.ValidatingAdmissionPolicySpec"] = AdmissionPolicyRules.Validating,
        ["admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec"] = AdmissionPolicyRules.ValidatingBinding,
        ["admissionregistration.v1.MutatingAdmissionPolicySpec"] = AdmissionPolicyRules.Mutating,
        ["admissionregistration.v1.MutatingAdmissionPolicyBindingSpec"] = AdmissionPolicyRules.MutatingBinding,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static TypeRule? Of(string type) => s_rules.GetValueOrDefault(type);
}
