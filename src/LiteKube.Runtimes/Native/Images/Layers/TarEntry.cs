namespace LiteKube.Runtimes.Native.Images.Layers;

internal enum TarKind
{
    File,
    HardLink,
    Symlink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Fifo,
}

/// <summary>One entry of a layer's archive. Names are as in the archive, one character a byte.</summary>
internal sealed record TarEntry
{
    public required string Name { get; init; }
    public required TarKind Kind { get; init; }
    public string LinkName { get; init; } = "";

    /// <summary>Bytes that follow in the archive.</summary>
    public long StoredSize { get; init; }

    /// <summary>Where those bytes belong in a file with holes, and its length; null for one without.</summary>
    public SparseMap? Sparse { get; init; }

    public uint Mode { get; init; }
    public uint Owner { get; init; }
    public uint Group { get; init; }
    public long ModifiedSeconds { get; init; }
    public int ModifiedNanoseconds { get; init; }
    public uint DeviceMajor { get; init; }
    public uint DeviceMinor { get; init; }
    public IReadOnlyList<(string Name, byte[] Value)> Attributes { get; init; } = [];
}
