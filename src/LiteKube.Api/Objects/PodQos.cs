using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api;

/// <summary>The quality-of-service class of a pod. (https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/)</summary>
public static class PodQos
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";

    private static readonly string[] s_counted = ["cpu", "memory"];
    private static readonly string[] s_lists = ["containers", "initContainers"];

    /// <summary>The class of a pod's spec whose defaults are set.</summary>
    public static string Of(JsonObject? spec)
    {
        if (spec.Object("resources") is { } podLevel && (podLevel.Has("requests") || podLevel.Has("limits")))
            return Add(podLevel, true, false, out var asked) && asked ? Guaranteed : asked ? Burstable : BestEffort;
        var guaranteed = true;
        var any = false;
        foreach (var list in s_lists)
            foreach (var item in spec.Array(list) ?? [])
            {
                guaranteed = Add((item as JsonObject).Object("resources"), guaranteed, any, out any);
            }

        return !any ? BestEffort : guaranteed ? Guaranteed : Burstable;
    }

    private static bool Add(JsonObject? resources, bool guaranteed, bool before, out bool any)
    {
        any = before;
        foreach (var name in s_counted)
        {
            var hasRequest = Positive(resources.Object("requests"), name, out var request);
            var hasLimit = Positive(resources.Object("limits"), name, out var limit);
            any |= hasRequest || hasLimit;
            guaranteed &= hasLimit && (!hasRequest || request == limit);
        }

        return guaranteed;
    }

    private static bool Positive(JsonObject? list, string name, out Quantity quantity) =>
        Quantity.TryParse(list.String(name), out quantity) && quantity > Quantity.Zero;
}
