using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>The fields of a scale, at the places that a definition gives or, where there is none, at those that workloads have.</summary>
internal static class CustomScale
{
    /// <param name="mayBeAbsent">Where the count is about to be written for the first time.</param>
    public static long SpecReplicas(JsonObject tree, ScalePaths? paths, bool mayBeAbsent)
    {
        if (paths is null)
            return tree.Object("spec").Long("replicas") ?? 0;
        return At(tree, paths.SpecReplicas).AsLong() ?? (mayBeAbsent ? 0L : (long?)null)
            // Kubernetes answers 500 here, but it is the object that lacks something, and its owner who can mend it.
            ?? throw new ApiException(StatusReason.Invalid, $"the spec replicas field \"{paths.SpecReplicasPath}\" does not exist: set it in the object before its scale is read");
    }

    public static long StatusReplicas(JsonObject tree, ScalePaths? paths) =>
        (paths is null ? tree.Object("status").Long("replicas") : At(tree, paths.StatusReplicas).AsLong()) ?? 0;

    public static string? Selector(JsonObject tree, ScalePaths paths) => paths.LabelSelector is { } path ? At(tree, path).AsString() : null;

    public static void SetReplicas(JsonObject tree, ScalePaths? paths, long replicas)
    {
        var at = tree;
        var steps = paths?.SpecReplicas ?? ["spec", "replicas"];
        for (var i = 0; i < steps.Count - 1; i++)
            at = at.ObjectOrNew(steps[i]);
        at[steps[^1]] = replicas;
    }

    private static JsonNode? At(JsonNode tree, IReadOnlyList<string> path)
    {
        JsonNode? node = tree;
        foreach (var step in path)
            node = node is JsonObject members && members.TryGetPropertyValue(step, out var member) ? member : null;
        return node;
    }
}
