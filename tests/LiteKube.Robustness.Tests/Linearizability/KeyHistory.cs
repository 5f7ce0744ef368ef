namespace LiteKube.Robustness.Tests.Linearizability;

/// <summary>The states of one object. State 0 is its absence at the beginning; transition i leads from state i - 1 to state i. State i has place 2i, transition i place 2i - 1.</summary>
internal sealed class KeyHistory(Transition[] transitions)
{
    private readonly bool[] _claimed = new bool[transitions.Length + 1];

    public string? Check(Operation[] operations)
    {
        for (var i = 1; i < transitions.Length; i++)
        {
            if (transitions[i].Revision <= transitions[i - 1].Revision)
                return $"revision {transitions[i].Revision} follows {transitions[i - 1].Revision}";
        }

        Array.Sort(operations, (a, b) => a.Start.CompareTo(b.Start));
        var ended = new PriorityQueue<int, long>();
        var earliest = 0;
        foreach (var operation in operations)
        {
            while (ended.TryPeek(out var done, out var end) && end < operation.Start)
            {
                earliest = Math.Max(earliest, done);
                ended.Dequeue();
            }

            var place = operation is { Outcome: OperationOutcome.Done, Kind: not OperationKind.Get } ? PlaceOfWrite(operation) : PlaceOfRead(operation, earliest);
            if (place < earliest)
                return $"no place for {operation} after place {earliest}, where what had ended before it was; its states: {string.Join(' ', transitions.Select((t, i) => $"{2 * (i + 1)}:{t.Revision}={t.Value ?? "-"}"))}";
            ended.Enqueue(place, operation.End);
        }

        var orphan = Array.IndexOf(_claimed, false, 1);
        return orphan < 0 ? null : $"nobody made {transitions[orphan - 1]}";
    }

    /// <returns>-1: no transition is this write's.</returns>
    private int PlaceOfWrite(Operation write)
    {
        for (var i = 1; i <= transitions.Length; i++)
        {
            var (made, before) = (transitions[i - 1], StateRevision(i - 1));
            var isIts = write.Kind == OperationKind.Delete
                ? made.Value is null && before == write.Expected
                : made.Revision == write.Revision && made.Value == write.Value;
            if (!isIts)
                continue;
            var fits = write.Kind switch
            {
                OperationKind.Create => before == 0,
                OperationKind.Update => before > 0 && (write.Expected == 0 || before == write.Expected),
                _ => true,
            };
            if (!fits || _claimed[i])
                return -1;
            _claimed[i] = true;
            return (2 * i) - 1;
        }

        return -1;
    }

    /// <returns>-1: no state at or after the earliest place explains the answer.</returns>
    private int PlaceOfRead(Operation read, int earliest)
    {
        for (var i = (earliest + 1) / 2; i <= transitions.Length; i++)
        {
            var revision = StateRevision(i);
            var explains = read.Outcome switch
            {
                OperationOutcome.NotFound => revision == 0,
                OperationOutcome.AlreadyExists => revision > 0,
                OperationOutcome.Conflict => revision > 0 && revision != read.Expected,
                _ => revision == read.Revision && transitions[i - 1].Value == read.Value,
            };
            if (explains)
                return 2 * i;
        }

        return -1;
    }

    private long StateRevision(int state) => state == 0 || transitions[state - 1].Value is null ? 0 : transitions[state - 1].Revision;
}
