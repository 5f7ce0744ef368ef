using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Resources;

/// <summary>What a pod takes of its node (kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).</summary>
internal static class ResourceAmounts
{
    public static Quantity Of(this IReadOnlyDictionary<string, Quantity>? amounts, string resource) =>
        amounts is not null && amounts.TryGetValue(resource, out var amount) ? amount : Quantity.Zero;

    /// <summary>
    /// The sum over app containers and sidecars, or the largest need while an init container runs beside the sidecars started before it; plus overhead.
    /// </summary>
    public static Dictionary<string, Quantity> RequestsOf(Pod pod)
    {
        var running = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var peak = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.InitContainers)
        {
            var requests = container.Resources?.Requests;
            if (container.RestartPolicy == Pods.RestartPolicy.Always)
            {
                Add(running, requests);
                Raise(peak, running, null);
            }
            else
            {
                Raise(peak, running, requests);
            }
        }

        foreach (var container in pod.Spec.Containers)
            Add(running, container.Resources?.Requests);
        if (pod.Spec.Resources?.Requests is { Count: > 0 } ofPod)
        {
            foreach (var (resource, amount) in ofPod)
                running[resource] = amount;
        }

        Raise(running, peak, null);
        Add(running, pod.Spec.Overhead);
        return running;
    }

    private static void Add(Dictionary<string, Quantity> sum, IReadOnlyDictionary<string, Quantity>? amounts)
    {
        if (amounts is null)
            return;
        foreach (var (resource, amount) in amounts)
            sum[resource] = sum.TryGetValue(resource, out var present) ? present + amount : amount;
    }

    private static void Raise(Dictionary<string, Quantity> peak, Dictionary<string, Quantity> beside, IReadOnlyDictionary<string, Quantity>? amounts)
    {
        var total = new Dictionary<string, Quantity>(beside, StringComparer.Ordinal);
        Add(total, amounts);
        foreach (var (resource, amount) in total)
            if (!peak.TryGetValue(resource, out var present) || present < amount)
                peak[resource] = amount;
    }
}
