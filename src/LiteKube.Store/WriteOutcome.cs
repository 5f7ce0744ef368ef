namespace LiteKube.Store;

public enum WriteOutcome
{
    Done,

    /// <summary>The key's present revision is another than expected; the result carries the present entry.</summary>
    Conflict,

    /// <summary>Expected to exist, and does not.</summary>
    NotFound,

    /// <summary>Expected not to exist, and does; the result carries the present entry.</summary>
    AlreadyExists,
}
