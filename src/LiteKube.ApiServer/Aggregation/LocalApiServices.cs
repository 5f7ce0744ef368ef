using LiteKube.Api;
using LiteKube.Api.Apiregistration.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>An APIService for every group version of this server's own, made with it and gone with it.</summary>
internal sealed class LocalApiServices(ResourceRegistry registry, IObjectReader objects, ApiServiceWriter writer)
{
    private const string Managed = "kube-aggregator.kubernetes.io/automanaged";
    private const string OwnGroup = "apiregistration.k8s.io";

    /// <summary>By which groups stand in lists: as upstream has it, what is not named stands among the last of the built-in ones.</summary>
    private static readonly Dictionary<string, int> s_priorities = new(StringComparer.Ordinal)
    {
        [""] = 18000, ["apps"] = 17800, ["events.k8s.io"] = 17750, ["authentication.k8s.io"] = 17700, ["authorization.k8s.io"] = 17600, ["autoscaling"] = 17500, ["batch"] = 17400,
        ["certificates.k8s.io"] = 17300, ["networking.k8s.io"] = 17200, ["policy"] = 17100, ["rbac.authorization.k8s.io"] = 17000, ["storage.k8s.io"] = 16800,
        ["apiextensions.k8s.io"] = 16700, ["admissionregistration.k8s.io"] = 16700, ["scheduling.k8s.io"] = 16600, ["coordination.k8s.io"] = 16500, ["node.k8s.io"] = 16300,
        ["discovery.k8s.io"] = 16200, ["flowcontrol.apiserver.k8s.io"] = 16100, ["resource.k8s.io"] = 15900,
    };

    public static int PriorityOf(string group) => s_priorities.TryGetValue(group, out var known) ? known : group.EndsWith(".k8s.io", StringComparison.Ordinal) ? 15000 : 1000;

    public async ValueTask ReconcileAsync(CancellationToken cancellationToken)
    {
        var served = registry.Current.Groups.Where(g => g.Group != OwnGroup).ToDictionary(g => $"{g.Version}.{g.Group}", StringComparer.Ordinal);
        var present = (await objects.ListAsync(APIService.Resource, null, cancellationToken)).Select(o => o.As<APIService>()).ToDictionary(s => s.Metadata.Name!, StringComparer.Ordinal);
        // Together, so that the first start is a few commits.
        await Task.WhenAll(served.Select(g => EnsureAsync(g.Key, g.Value, present.GetValueOrDefault(g.Key), cancellationToken)));
        foreach (var gone in present.Values.Where(s => s.Metadata.Labels.ContainsKey(Managed) && s.Spec.Service is null && !served.ContainsKey(s.Metadata.Name!)))
            await IgnoreRacesAsync(writer.DeleteAsync(gone.Metadata.Name!, cancellationToken));
    }

    private async Task EnsureAsync(string name, ServedGroupVersion version, APIService? present, CancellationToken cancellationToken)
    {
        if (present is null)
            await IgnoreRacesAsync(writer.CreateAsync(Of(name, version), cancellationToken));
        if (present is null || (present.Spec.Service is null && !present.Status.Conditions.Any(c => c is { Type: "Available", Status: "True", Reason: "Local" })))
            await IgnoreRacesAsync(writer.SetAvailableAsync(name, true, "Local", "Local APIServices are always available", cancellationToken));
    }

    private APIService Of(string name, ServedGroupVersion version)
    {
        var custom = version.Resources.All(r => !registry.IsBuiltIn(r.Type.Group, r.Type.Plural));
        return new APIService
        {
            Metadata = new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { [Managed] = custom ? "true" : "onstart" } },
            Spec = new APIServiceSpec
            {
                Group = version.Group,
                Version = version.Version,
                GroupPriorityMinimum = custom ? 1000 : PriorityOf(version.Group),
                VersionPriority = custom ? 100 : version.Version.Contains("beta", StringComparison.Ordinal) ? 9 : version.Group.Length == 0 ? 1 : version is { Group: "autoscaling", Version: "v2" } ? 30 : 15,
            },
        };
    }

    private static async ValueTask IgnoreRacesAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (ApiException e) when (e.Reason is StatusReason.AlreadyExists or StatusReason.NotFound or StatusReason.Conflict)
        {
            // A user was faster; the next look sees what they made of it.
        }
    }
}
