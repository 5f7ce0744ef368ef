namespace LiteKube.Store.Log;

/// <param name="LastRevision">The revision of the newest record; 0 in an empty log.</param>
/// <param name="Entries">The newest version of every key that exists, in any order.</param>
public sealed record LogContents(LogHeader Header, long LastRevision, List<StoreEntry> Entries);
