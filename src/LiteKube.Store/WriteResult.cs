namespace LiteKube.Store;

/// <param name="Entry">Done: the new entry (of a delete, the entry deleted); otherwise the present one, where there is one.</param>
/// <param name="Revision">Done: the revision of this write.</param>
public readonly record struct WriteResult(WriteOutcome Outcome, StoreEntry? Entry, long Revision);
