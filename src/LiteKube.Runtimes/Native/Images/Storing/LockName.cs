using System.Globalization;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>What is locked: a byte of the store's lock file. Names that fall on one byte by chance only wait for each other.</summary>
internal readonly record struct LockName(long Offset)
{
    private const int SpaceShift = 60;

    /// <summary>Held for the moments in which references and image records change.</summary>
    public static LockName Catalog => new(0);

    /// <summary>Shared by whoever relies on the layer before an image record does; alone by whoever removes it.</summary>
    public static LockName Layer(string diffId) => Of(1, diffId);

    /// <summary>Shared by containers of the image; alone by whoever removes it.</summary>
    public static LockName Image(string id) => Of(2, id);

    /// <summary>Alone by whoever downloads the blob.</summary>
    public static LockName Download(string digest) => Of(3, digest);

    /// <summary>Alone by the owner of a directory of unfinished work.</summary>
    public static LockName Work(string name) => new((4L << SpaceShift) | (long.Parse(name.AsSpan(0, 15), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));

    private static LockName Of(long space, string digest) =>
        new((space << SpaceShift) | long.Parse(digest.AsSpan(digest.IndexOf(':') + 1, 15), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}
