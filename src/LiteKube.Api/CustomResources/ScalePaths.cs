using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.CustomResources;

/// <summary>Where the scale sub-resource of a custom resource finds its fields: plain member names from the root down.</summary>
public sealed record ScalePaths(string SpecReplicasPath, IReadOnlyList<string> SpecReplicas, IReadOnlyList<string> StatusReplicas, IReadOnlyList<string>? LabelSelector)
{
    internal static ScalePaths Of(JsonObject scale) => new(
        scale.String("specReplicasPath") ?? "",
        Steps(scale.String("specReplicasPath"))!,
        Steps(scale.String("statusReplicasPath"))!,
        scale.String("labelSelectorPath") is { Length: > 0 } selector ? Steps(selector) : null);

    private static string[] Steps(string? path) => (path ?? "").TrimStart('.').Split('.');
}
