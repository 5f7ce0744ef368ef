namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>What one layer may come to. Beyond it the layer is taken for an attack and refused.</summary>
internal sealed record LayerLimits
{
    /// <summary>Bytes of the unpacked archive, and the sum of its files' lengths.</summary>
    public long MaxBytes { get; init; } = 64L << 30;

    /// <summary>How many times as large as its compressed form a layer may be, once it is larger than <see cref="FreeBytes"/>.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>So large a layer may be whatever its compressed size.</summary>
    public long FreeBytes { get; init; } = 256L << 20;

    public int MaxEntries { get; init; } = 2_000_000;

    /// <summary>Bytes, of all directories together, since these are remembered until the layer's end.</summary>
    public int MaxDirectoryNames { get; init; } = 64 << 20;

    public int MaxPathLength { get; init; } = 4095;

    public int MaxDepth { get; init; } = 256;

    /// <summary>Bytes of one entry's extended headers.</summary>
    public int MaxHeaderBytes { get; init; } = 1 << 20;
}
