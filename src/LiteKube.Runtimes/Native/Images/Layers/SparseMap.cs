using System.Globalization;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>The parts of a file that are not holes, in order.</summary>
internal sealed record SparseMap(IReadOnlyList<(long Offset, long Length)> Parts, long Size)
{
    private const int MostParts = 1 << 16;

    /// <summary>Checked against the bytes that the archive has of the file.</summary>
    public static SparseMap Create(string name, List<(long Offset, long Length)> parts, long size, long stored)
    {
        long end = 0;
        long sum = 0;
        foreach (var (offset, length) in parts)
        {
            if (offset < end || length < 0 || length > size - offset)
                throw LayerRefusal.Entry(name, "has a map of holes that contradicts its size");
            end = offset + length;
            sum += length;
        }

        if (size < 0 || sum != stored)
            throw LayerRefusal.Entry(name, $"has {stored} bytes, and its map of holes speaks of {sum}");
        return new SparseMap(parts, size);
    }

    public static void Add(string name, List<(long Offset, long Length)> parts, long offset, long length)
    {
        if (parts.Count == MostParts)
            throw LayerRefusal.Entry(name, $"has more than {MostParts} parts between holes");
        parts.Add((offset, length));
    }

    /// <summary><c>offset,length,offset,length</c> (GNU.sparse.map).</summary>
    public static List<(long Offset, long Length)> Parse(string name, string text)
    {
        var parts = new List<(long Offset, long Length)>();
        if (text.Length == 0)
            return parts;
        var numbers = text.Split(',', (2 * MostParts) + 1);
        if (numbers.Length % 2 != 0)
            throw LayerRefusal.Entry(name, "has a map of holes with an odd number of figures");
        for (var i = 0; i < numbers.Length; i += 2)
            Add(name, parts, Number(name, numbers[i]), Number(name, numbers[i + 1]));
        return parts;
    }

    public static long Number(string name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw LayerRefusal.Entry(name, "has a map of holes with something other than numbers in it");
}
