namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>Beside a layer's files. It is written last, so that a layer with a record is whole.</summary>
/// <param name="DiffId">Digest of the uncompressed archive.</param>
/// <param name="ArchiveBytes">Length of the uncompressed archive.</param>
/// <param name="FileBytes">Sum of the files' lengths.</param>
/// <param name="Implied">Directories that the archive has files in and no entry of: what they look like, layers below say.</param>
/// <param name="Displaced">Entries that a later one of the same archive took the place of, in the archive's order.</param>
internal sealed record LayerRecord(string DiffId, long ArchiveBytes, long FileBytes, int Entries, IReadOnlyList<string> Implied, IReadOnlyList<DisplacedEntry> Displaced)
{
    /// <summary>Nothing of the layers below shows.</summary>
    public bool RootOpaque { get; init; }

    /// <summary>Hard links to what only a layer below can have.</summary>
    public IReadOnlyList<ForeignLink> Links { get; init; } = [];
}

/// <param name="Path">One character a byte, as the target.</param>
internal sealed record ForeignLink(string Path, string Target);

/// <param name="AtEntry">The entry that took its place: entries before it meant what is displaced.</param>
/// <param name="Path">Where it was, one character a byte.</param>
/// <param name="Kept">Its name among the displaced.</param>
internal sealed record DisplacedEntry(int AtEntry, string Path, int Kept);
