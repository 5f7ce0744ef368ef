using LiteKube.Scheduler.Filters;

namespace LiteKube.Scheduler;

/// <summary>Says why no node would do, in the form that users and tests look for: how many nodes fail for which reason.</summary>
internal static class UnschedulableMessage
{
    public const string NoNodes = "no nodes available to schedule pods";

    public static string Of(IReadOnlyCollection<Rejection> rejections, string? preemption)
    {
        if (rejections.Count == 0)
            return NoNodes;
        var message = $"0/{rejections.Count} nodes are available: {Counted(rejections.SelectMany(r => r.Reasons))}.";
        return preemption is null ? message : $"{message} preemption: {preemption}";
    }

    public static string Preemption(int nodes, IEnumerable<string> reasons) => $"0/{nodes} nodes are available: {Counted(reasons)}.";

    private static string Counted(IEnumerable<string> reasons) =>
        string.Join(", ", reasons.GroupBy(r => r, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal));
}
