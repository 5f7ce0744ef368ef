using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>A layer in a directory for unfinished work: whole, but neither durable nor under its name.</summary>
internal sealed record UnpackedLayer(string Directory, LayerRecord Record)
{
    /// <exception cref="Node.Runtime.RuntimeException">It is not what the image says.</exception>
    public void Require(string diffId)
    {
        if (Record.DiffId != diffId)
            throw LayerRefusal.Because($"its content has the digest {Record.DiffId}, and the image says {diffId}");
    }
}
