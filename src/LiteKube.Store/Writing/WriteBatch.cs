using LiteKube.Store.Index;

namespace LiteKube.Store.Writing;

/// <summary>Decides writes one after the other against the state that those before them leave behind. Nothing of it is seen by others before it is published.</summary>
internal sealed class WriteBatch(Snapshot start)
{
    private const int RecordOverhead = 48;
    private readonly TreeEdit _edit = start.Entries.Edit();

    public List<StoreEvent> Events { get; } = [];

    public long Revision { get; private set; } = start.Revision;

    public bool Committed { get; private set; }

    /// <summary>About so many bytes of the log the batch turns into history.</summary>
    public long ReplacedBytes { get; private set; }

    public Snapshot ToSnapshot() => new(_edit.ToTree(), Revision);

    public WriteResult Apply(in StoreWrite write)
    {
        var present = _edit.Find(write.Key);
        if (Refuse(write, present) is { } outcome)
            return new WriteResult(outcome, present, 0);

        Revision++;
        Committed |= write.Durability == Durability.Committed;
        ReplacedBytes += present is null ? 0 : present.Value.Length + present.Key.Length + RecordOverhead;
        if (write.Value is not { } value)
        {
            _edit.Remove(write.Key);
            Events.Add(new StoreEvent(Revision, null, present));
            return new WriteResult(WriteOutcome.Done, present, Revision);
        }

        // The key of the entry before is kept, so that a key is in memory once however often it is written.
        var entry = new StoreEntry(present?.Key ?? write.Key, value, present?.CreateRevision ?? Revision, Revision);
        _edit.Set(entry);
        Events.Add(new StoreEvent(Revision, entry, present));
        return new WriteResult(WriteOutcome.Done, entry, Revision);
    }

    private static WriteOutcome? Refuse(in StoreWrite write, StoreEntry? present)
    {
        if (present is null)
        {
            var mayCreate = write.Value is not null && write.ExpectedRevision is 0 or StoreWrite.AnyRevision;
            return mayCreate ? null : WriteOutcome.NotFound;
        }

        if (write.ExpectedRevision == StoreWrite.AnyRevision || write.ExpectedRevision == present.ModRevision)
            return null;
        return write.ExpectedRevision == 0 ? WriteOutcome.AlreadyExists : WriteOutcome.Conflict;
    }
}
