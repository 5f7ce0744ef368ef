using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>What the pods that run in a namespace would say to a stricter level.</summary>
internal sealed class NamespaceReview(IObjectReader objects)
{
    private const int MostPods = 3000;

    public async ValueTask<IReadOnlyList<string>> WarningsAsync(string ns, LevelVersion policy, CancellationToken cancellationToken)
    {
        var pods = await objects.ListAsync(Pod.Resource, ns, cancellationToken);
        var byReasons = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        // Replicas of one workload are alike: one of them stands for all.
        var owners = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var pod in pods.Take(MostPods).OrderBy(p => p.Header.Name, StringComparer.Ordinal))
        {
            var owner = pod.Header.OwnerReferences.FirstOrDefault(o => o.Controller == true)?.Uid;
            if (owner is null || !owners.TryGetValue(owner, out var reasons))
            {
                reasons = ReasonsOf(pod, policy);
                if (owner is not null)
                    owners[owner] = reasons;
            }

            if (reasons is null)
                continue;
            if (!byReasons.TryGetValue(reasons, out var names))
                byReasons[reasons] = names = [];
            names.Add(pod.Header.Name);
        }

        if (byReasons.Count == 0)
            return [];
        var warnings = byReasons.Select(g => $"{g.Value[0]}{Others(g.Value.Count - 1)}: {g.Key}").Order(StringComparer.Ordinal);
        string? cut = pods.Count > MostPods ? $"new PodSecurity enforce level only checked against the first {MostPods} of {pods.Count} existing pods" : null;
        return [.. new[] { cut }.OfType<string>(), $"existing pods in namespace \"{ns}\" violate the new PodSecurity enforce level \"{policy}\"", .. warnings];
    }

    private static string? ReasonsOf(KubeObject pod, LevelVersion policy)
    {
        var tree = pod.ToTree();
        var violations = PodSecurityEvaluator.Evaluate(policy, new PodView(tree.Child("metadata"), tree.Child("spec")));
        return violations.Count == 0 ? null : string.Join(", ", violations.Select(v => v.Reason));
    }

    private static string Others(int count) => count switch
    {
        0 => "",
        1 => " (and 1 other pod)",
        _ => $" (and {count} other pods)",
    };
}
