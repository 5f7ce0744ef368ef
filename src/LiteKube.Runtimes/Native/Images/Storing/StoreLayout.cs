using System.Security.Cryptography;
using System.Text;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>Where things are below the store's root. DESIGN.md draws it.</summary>
internal sealed class StoreLayout(string root)
{
    // Paths of lower directories share one page in the mount call, so they are short; the whole digest is in the layer's record and compared.
    private const int LayerNameLength = 16;

    public string Root => root;

    public string LockFile => Path.Combine(root, "lock");

    public string Blobs => Path.Combine(root, "blobs", "sha256");

    public string Layers => Path.Combine(root, "layers");

    public string Images => Path.Combine(root, "images");

    public string References => Path.Combine(root, "references");

    public string Downloads => Path.Combine(root, "downloads");

    public string Work => Path.Combine(root, "work");

    public string Seams => Path.Combine(root, "seams");

    public string Bundles => Path.Combine(root, "bundles");

    public IReadOnlyList<string> Directories => [Blobs, Layers, Images, References, Downloads, Work, Bundles, Seams];

    public string Blob(string digest) => Path.Combine(Blobs, Hex(digest));

    public string Layer(string diffId) => Path.Combine(Layers, LayerName(diffId));

    public string Seam(string imageId) => Path.Combine(Seams, LayerName(imageId));

    public string Image(string id) => Path.Combine(Images, Hex(id) + ".json");

    /// <summary>Names have slashes and any length, file names do not.</summary>
    public string Reference(string name) => Path.Combine(References, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))) + ".json");

    public string Download(string digest) => Path.Combine(Downloads, Hex(digest));

    public static string LayerName(string diffId) => Hex(diffId)[..LayerNameLength];

    private static string Hex(string digest) => digest[(digest.IndexOf(':') + 1)..];
}
