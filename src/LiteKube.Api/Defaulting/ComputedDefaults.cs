using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Defaulting;

/// <summary>The table of defaults that need code, by the type they belong to.</summary>
internal static class ComputedDefaults
{
    /// <summary>Those that run before the constants and the parts of the type: they decide which parts there are.</summary>
    private static readonly FrozenDictionary<string, Action<JsonObject>> s_before = new Dictionary<string, Action<JsonObject>>(StringComparer.Ordinal)
    {
        ["core.v1.PodSpec"] = PodDefaults.PodSpec,
        ["core.v1.Container"] = PodDefaults.Container,
        ["core.v1.EphemeralContainer"] = PodDefaults.Container,
        ["core.v1.Volume"] = PodDefaults.Volume,
        ["core.v1.PodStatus"] = PodDefaults.PodStatus,
        ["core.v1.NodeSpec"] = CoreDefaults.NodeSpec,
        ["core.v1.NodeStatus"] = CoreDefaults.NodeStatus,
        ["core.v1.LimitRangeItem"] = CoreDefaults.LimitRangeItem,
        ["core.v1.ReplicationController"] = CoreDefaults.ReplicationController,
        ["core.v1.ServiceSpec"] = ServiceDefaults.ServiceSpec,
        ["core.v1.Namespace"] = CoreDefaults.Namespace,
        ["apps.v1.DeploymentStrategy"] = AppsDefaults.DeploymentStrategy,
        ["apps.v1.DaemonSetUpdateStrategy"] = AppsDefaults.DaemonSetUpdateStrategy,
        ["apps.v1.StatefulSetUpdateStrategy"] = AppsDefaults.StatefulSetUpdateStrategy,
        ["batch.v1.Job"] = BatchDefaults.Job,
        ["autoscaling.v2.HorizontalPodAutoscalerSpec"] = AutoscalingDefaults.Spec,
        ["autoscaling.v2.HorizontalPodAutoscalerBehavior"] = AutoscalingDefaults.Behavior,
        ["rbac.v1.Subject"] = OtherDefaults.RbacSubject,
        ["networking.v1.NetworkPolicySpec"] = OtherDefaults.NetworkPolicySpec,
        ["apiextensions.v1.CustomResourceDefinitionNames"] = OtherDefaults.CustomResourceNames,
        ["resource.v1.ExactDeviceRequest"] = OtherDefaults.DeviceRequest,
        ["resource.v1.DeviceSubRequest"] = OtherDefaults.DeviceRequest,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Those that look at parts which have their defaults already.</summary>
    private static readonly FrozenDictionary<string, Action<JsonObject>> s_after = new Dictionary<string, Action<JsonObject>>(StringComparer.Ordinal)
    {
        ["core.v1.Pod"] = PodDefaults.Pod,
        ["core.v1.Service"] = ServiceDefaults.Service,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Action<JsonObject>? Before(string type) => s_before.GetValueOrDefault(type);

    public static Action<JsonObject>? After(string type) => s_after.GetValueOrDefault(type);
}
