using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Layers;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>What became of a file of an image archive.</summary>
internal abstract record ArchivedFile
{
    /// <summary>It lies here as it came.</summary>
    public sealed record Kept(string Path) : ArchivedFile;

    /// <summary>It was unpacked while it came.</summary>
    public sealed record Unpacked(UnpackedLayer Layer) : ArchivedFile;

    /// <summary>It was to be unpacked and was refused; that matters to an image that needs it as a layer.</summary>
    public sealed record Refused(RuntimeException Reason) : ArchivedFile;
}
