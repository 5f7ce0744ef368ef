namespace LiteKube.Robustness.Tests.Linearizability;

internal enum OperationKind
{
    Create,
    Update,
    Delete,
    Get,
}

internal enum OperationOutcome
{
    Done,
    NotFound,
    Conflict,
    AlreadyExists,
}

/// <summary>One request for one object and its answer.</summary>
/// <param name="Start">Before the request was sent; in ticks of one clock.</param>
/// <param name="End">After the answer was read.</param>
/// <param name="Expected">The version that the client wants to replace; 0 where it does not care. Deletes name one always.</param>
/// <param name="Revision">Done: of the object read or written; deletes do not tell it.</param>
internal sealed record Operation(string Key, OperationKind Kind, long Start, long End, long Expected, OperationOutcome Outcome, long Revision, string? Value);

/// <summary>A change as the server's history tells it.</summary>
/// <param name="Value">Null: deleted.</param>
internal sealed record Transition(string Key, long Revision, string? Value);
