namespace LiteKube.Node.Volumes;

/// <summary>The files of a volume that LiteKube writes: relative path to content and mode.</summary>
internal sealed class VolumePayload : SortedDictionary<string, VolumeFile>
{
    public VolumePayload()
        : base(StringComparer.Ordinal)
    {
    }

    public void Put(string path, byte[] content, int mode, long? owner = null) => this[path] = new VolumeFile(content, (UnixFileMode)mode, owner);
}
