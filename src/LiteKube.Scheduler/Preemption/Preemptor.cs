using LiteKube.Api.Core.V1;
using LiteKube.Api.Policy.V1;
using LiteKube.Api.Selectors;
using LiteKube.Scheduler.Filters;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Preemption;

/// <summary>
/// Finds a node on which a pod would fit if pods of lower priority left it, and as few and as unimportant ones as possible.
/// (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/)
/// </summary>
internal sealed class Preemptor(NodeChoice choice)
{
    public const string NotHelpful = "Preemption is not helpful for scheduling";
    public const string NoVictims = "No preemption victims found for incoming pod";

    /// <param name="rejected">Each node and why it would not do.</param>
    /// <param name="budgets">The disruption budgets to spare where possible.</param>
    /// <returns>The node and those who must leave it, or none and why.</returns>
    public Outcome Find(SchedulingAttempt attempt, IReadOnlyDictionary<NodeInfo, Rejection> rejected, IReadOnlyList<PodDisruptionBudget> budgets)
    {
        if (attempt.Spec.PreemptionPolicy == "Never")
            return new Outcome(null, [], "not eligible due to preemptionPolicy=Never.");
        if (attempt.Pod.Pod.Status.NominatedNodeName is { Length: > 0 } nominated
            && attempt.Nodes.FirstOrDefault(n => n.Name == nominated) is { } waiting
            && waiting.Pods.Any(p => p.Pod.Metadata.DeletionTimestamp is not null && p.Priority < attempt.Pod.Priority))
            return new Outcome(null, [], "not eligible due to a terminating pod on the nominated node.");

        var reasons = new List<string>();
        Candidate? best = null;
        foreach (var (node, rejection) in rejected)
        {
            if (!rejection.Resolvable)
            {
                reasons.Add(NotHelpful);
                continue;
            }

            if (VictimsOn(attempt, node, budgets) is not { } candidate)
                reasons.Add(NoVictims);
            else if (best is null || candidate.CompareTo(best) < 0)
                best = candidate;
        }

        return best is null
            ? new Outcome(null, [], UnschedulableMessage.Preemption(rejected.Count, reasons))
            : new Outcome(best.Node, best.Victims, null);
    }

    private Candidate? VictimsOn(SchedulingAttempt attempt, NodeInfo node, IReadOnlyList<PodDisruptionBudget> budgets)
    {
        var lower = node.Pods.Where(p => p.Priority < attempt.Pod.Priority).ToList();
        if (lower.Count == 0)
            return null;
        var trial = node.Copy();
        foreach (var pod in lower)
            trial.Remove(pod.Uid);
        if (!Fits(trial))
            return null;

        // Those whom a budget protects are let back first, then the important, then the old.
        var allowed = budgets.ToDictionary(b => b, b => b.Status.DisruptionsAllowed ?? 0, ReferenceEqualityComparer.Instance as IEqualityComparer<PodDisruptionBudget>);
        var ordered = lower.OrderByDescending(p => p.Priority).ThenBy(p => p.Pod.Status.StartTime ?? DateTimeOffset.MaxValue).ToList();
        var isProtected = ordered.ToDictionary(p => p, p => BreaksBudget(p.Pod, allowed));
        var victims = new List<PodInfo>();
        foreach (var pod in ordered.Where(p => isProtected[p]).Concat(ordered.Where(p => !isProtected[p])))
        {
            trial.Add(pod);
            if (Fits(trial))
                continue;
            trial.Remove(pod.Uid);
            victims.Add(pod);
        }

        return victims.Count == 0 ? null : new Candidate(node, victims, victims.Count(p => isProtected[p]));

        bool Fits(NodeInfo changed) => choice.Check(attempt.WithNode(changed), changed) is null;
    }

    private static bool BreaksBudget(Pod pod, Dictionary<PodDisruptionBudget, int> allowed)
    {
        var breaks = false;
        foreach (var budget in allowed.Keys.ToList())
        {
            if (budget.Metadata.Namespace != pod.Metadata.Namespace || !LabelMatcher.Of(budget.Spec.Selector).Matches(pod.Metadata.Labels))
                continue;
            if (budget.Status.DisruptedPods.ContainsKey(pod.Metadata.Name ?? ""))
                continue;
            allowed[budget]--;
            breaks |= allowed[budget] < 0;
        }

        return breaks;
    }

    public sealed record Outcome(NodeInfo? Node, IReadOnlyList<PodInfo> Victims, string? WhyNot);

    private sealed record Candidate(NodeInfo Node, IReadOnlyList<PodInfo> Victims, int BrokenBudgets) : IComparable<Candidate>
    {
        public int CompareTo(Candidate? other)
        {
            if (other is null)
                return -1;
            if (BrokenBudgets.CompareTo(other.BrokenBudgets) is not 0 and var budgets)
                return budgets;
            if (Victims.Max(v => v.Priority).CompareTo(other.Victims.Max(v => v.Priority)) is not 0 and var highest)
                return highest;
            if (Victims.Sum(v => (long)v.Priority).CompareTo(other.Victims.Sum(v => (long)v.Priority)) is not 0 and var sum)
                return sum;
            if (Victims.Count.CompareTo(other.Victims.Count) is not 0 and var count)
                return count;
            return -Started(this).CompareTo(Started(other));
        }

        private static DateTimeOffset Started(Candidate candidate) =>
            candidate.Victims.Where(v => v.Priority == candidate.Victims.Max(o => o.Priority)).Min(v => v.Pod.Status.StartTime ?? DateTimeOffset.MaxValue);
    }
}
