using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Resources;

/// <summary>Quality of service, by requests and limits of cpu and memory (kubernetes.io/docs/concepts/workloads/pods/pod-qos).</summary>
internal static class QosClass
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";

    /// <summary>The class the server gave the pod at its creation, else the one that follows from its containers.</summary>
    public static string Of(Pod pod) => !string.IsNullOrEmpty(pod.Status.QosClass) ? pod.Status.QosClass : Compute(pod);

    public static string Compute(Pod pod)
    {
        var any = false;
        var guaranteed = true;
        foreach (var container in pod.Spec.InitContainers.Concat(pod.Spec.Containers))
        {
            foreach (var resource in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var request = Amount(container.Resources?.Requests, resource);
                var limit = Amount(container.Resources?.Limits, resource);
                any |= request is not null || limit is not null;
                guaranteed &= limit is not null && (request is null || request == limit);
            }
        }

        return !any ? BestEffort : guaranteed ? Guaranteed : Burstable;
    }

    private static Quantity? Amount(IReadOnlyDictionary<string, Quantity>? amounts, string resource) =>
        amounts is not null && amounts.TryGetValue(resource, out var amount) && !amount.IsZero ? amount : null;
}
