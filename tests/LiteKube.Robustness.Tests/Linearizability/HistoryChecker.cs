namespace LiteKube.Robustness.Tests.Linearizability;

/// <summary>
/// Whether concurrent operations could have happened one after the other. The server orders its writes by revision, so of each object the states
/// and their order are known, and what is left is to find every operation a place among them: a write at its transition, a read or refusal in a state
/// that explains its answer, and none before the place of an operation that had ended before it began. Taking for each operation, in order of start,
/// the first place that fits finds places for all if there are any, since the rules only ever push places later.
/// </summary>
internal static class HistoryChecker
{
    /// <param name="transitions">Of all keys, in order of revision.</param>
    /// <returns>The first violation of each key; empty where the history is linearizable.</returns>
    public static IReadOnlyList<string> Check(IReadOnlyCollection<Operation> operations, IReadOnlyCollection<Transition> transitions)
    {
        var states = transitions.ToLookup(t => t.Key);
        var violations = new List<string>();
        foreach (var key in operations.Select(o => o.Key).Concat(transitions.Select(t => t.Key)).Distinct())
        {
            if (new KeyHistory([.. states[key]]).Check([.. operations.Where(o => o.Key == key)]) is { } violation)
                violations.Add($"{key}: {violation}");
        }

        return violations;
    }
}
