namespace LiteKube.Store.Log;

/// <summary>What the log keeps beside its records, replaced as a whole and atomically with the step that changes it.</summary>
/// <param name="Compacted">History up to here is given up.</param>
/// <param name="Reserved">No revision above this was ever shown before its record was durable. Records after a restart begin above it.</param>
/// <param name="LostAfter">Revisions above this one …</param>
/// <param name="LostThrough">… and up to this one may have been shown and then lost with a crash: nobody can resume from between them.</param>
public readonly record struct LogHeader(long Compacted, long Reserved, long LostAfter, long LostThrough);
