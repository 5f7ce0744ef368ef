using System.Text.Json.Nodes;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>A pod, or what a workload's template would make one, as the checks look at it.</summary>
internal sealed class PodView(JsonObject? metadata, JsonObject? spec)
{
    public JsonObject? Metadata { get; } = metadata;

    public JsonObject? Spec { get; } = spec;

    public JsonObject? SecurityContext { get; } = spec.Child("securityContext");

    /// <summary>In the order in which messages name them.</summary>
    public IReadOnlyList<ContainerView> Containers { get; } =
        [.. spec.Objects("initContainers").Concat(spec.Objects("containers")).Concat(spec.Objects("ephemeralContainers")).Select(c => new ContainerView(c.Text("name") ?? "", c, c.Child("securityContext")))];

    public bool IsWindows => Spec.Child("os").Text("name") == "windows";

    /// <summary>Root inside is nobody outside.</summary>
    public bool HasOwnUsers => Spec.Flag("hostUsers") == false;
}

internal sealed record ContainerView(string Name, JsonObject Tree, JsonObject? SecurityContext);
