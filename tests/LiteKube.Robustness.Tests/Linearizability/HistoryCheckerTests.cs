namespace LiteKube.Robustness.Tests.Linearizability;

/// <summary>The checker accepts what can have happened, and names each kind of thing that cannot.</summary>
public sealed class HistoryCheckerTests
{
    private static readonly Transition[] s_history = [new("k", 1, "a"), new("k", 2, "b"), new("k", 3, null), new("k", 4, "c")];

    private static readonly Operation[] s_writes =
    [
        Create(0, 10, 1, "a"),
        Update(11, 20, 1, 2, "b"),
        Delete(21, 30, 2),
        Create(31, 40, 4, "c"),
    ];

    [Fact]
    public void Reads_may_see_any_state_that_was_there_while_they_ran() => Accepts(
        Get(5, 6, 1, "a"), Missing(0, 3), Get(12, 13, 1, "a"), Get(14, 15, 2, "b"), Missing(22, 35), Get(33, 36, 4, "c"), Get(41, 42, 4, "c"));

    [Fact]
    public void Refusals_need_a_state_that_explains_them() => Accepts(
        new Operation("k", OperationKind.Create, 12, 13, 0, OperationOutcome.AlreadyExists, 0, "x"),
        new Operation("k", OperationKind.Update, 14, 25, 1, OperationOutcome.Conflict, 0, "x"),
        new Operation("k", OperationKind.Update, 26, 30, 1, OperationOutcome.NotFound, 0, "x"));

    [Fact]
    public void A_read_of_a_replaced_version_after_its_replacement_was_acknowledged_is_stale() => Refuses(Get(21, 22, 1, "a"));

    [Fact]
    public void A_read_of_a_version_before_it_was_written_is_refused() => Refuses(Get(5, 6, 2, "b"));

    [Fact]
    public void Reads_that_go_back_are_refused() => Refuses(Get(12, 13, 2, "b"), Get(14, 15, 1, "a"));

    [Fact]
    public void A_read_of_a_deleted_object_is_refused() => Refuses(Get(31, 31, 2, "b"));

    [Fact]
    public void A_value_that_was_never_written_is_refused() => Refuses(Get(12, 13, 1, "z"));

    [Fact]
    public void An_absence_that_was_not_is_refused() => Refuses(Missing(12, 19));

    [Fact]
    public void A_conflict_without_a_cause_is_refused() => Refuses(new Operation("k", OperationKind.Update, 41, 42, 4, OperationOutcome.Conflict, 0, "x"));

    [Fact]
    public void Two_updates_of_one_version_cannot_both_succeed() => Refuses(Update(11, 20, 1, 2, "b"));

    [Fact]
    public void An_acknowledged_write_that_history_does_not_know_is_refused() => Refuses(Update(41, 50, 4, 5, "d"));

    [Fact]
    public void A_change_that_nobody_made_is_refused() =>
        Assert.NotEmpty(HistoryChecker.Check(s_writes, [.. s_history, new Transition("k", 5, "d")]));

    [Fact]
    public void A_create_over_an_existing_object_is_refused() =>
        Assert.NotEmpty(HistoryChecker.Check([Create(0, 1, 1, "a"), Create(2, 3, 2, "b")], [new("k", 1, "a"), new("k", 2, "b")]));

    [Fact]
    public void Writes_ordered_against_time_are_refused() =>
        Assert.NotEmpty(HistoryChecker.Check([Create(10, 11, 1, "a"), Update(2, 3, 0, 2, "b")], [new("k", 1, "a"), new("k", 2, "b")]));

    private static void Accepts(params Operation[] reads) => Assert.Empty(HistoryChecker.Check([.. s_writes, .. reads], s_history));

    private static void Refuses(params Operation[] reads) => Assert.NotEmpty(HistoryChecker.Check([.. s_writes, .. reads], s_history));

    private static Operation Create(long start, long end, long revision, string value) => new("k", OperationKind.Create, start, end, 0, OperationOutcome.Done, revision, value);

    private static Operation Update(long start, long end, long expected, long revision, string value) => new("k", OperationKind.Update, start, end, expected, OperationOutcome.Done, revision, value);

    private static Operation Delete(long start, long end, long expected) => new("k", OperationKind.Delete, start, end, expected, OperationOutcome.Done, 0, null);

    private static Operation Get(long start, long end, long revision, string value) => new("k", OperationKind.Get, start, end, 0, OperationOutcome.Done, revision, value);

    private static Operation Missing(long start, long end) => new("k", OperationKind.Get, start, end, 0, OperationOutcome.NotFound, 0, null);
}
