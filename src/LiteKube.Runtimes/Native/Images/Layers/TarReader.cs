using System.Text;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// Reads a layer's archive: v7, ustar, PAX and GNU headers, with GNU long names and all forms of files with holes. What contradicts itself is refused,
/// not guessed at. Header bytes are also given to the recipe, from which the same archive can be made again.
/// </summary>
internal sealed class TarReader(ArchiveInput input, LayerLimits limits, RecipeWriter recipe)
{
    private const int Block = 512;

    private readonly byte[] _block = new byte[Block];
    private long _remaining;
    private int _padding;
    private long _extensionBytes;

    /// <summary>How many entries were begun.</summary>
    public int Count { get; private set; }

    /// <summary>The next entry; null at the archive's end. The payload of the one before is behind: read or skipped.</summary>
    public TarEntry? Next()
    {
        Skip();
        ReadPadding();
        var extended = new PaxHeaders();
        string? longName = null;
        string? longLink = null;
        _extensionBytes = 0;
        while (true)
        {
            if (!ReadHeader())
                return null;
            var header = new TarHeader(_block);
            switch (header.Type)
            {
                case 'x':
                    extended.Parse(ReadExtension(header.Size));
                    break;
                case 'g':
                    // As Docker does: what is said for all following entries is not heard.
                    ReadExtension(header.Size);
                    break;
                case 'L':
                    longName = Text(ReadExtension(header.Size));
                    break;
                case 'K':
                    longLink = Text(ReadExtension(header.Size));
                    break;
                default:
                    if (++Count > limits.MaxEntries)
                        throw LayerRefusal.Because($"it has more than {limits.MaxEntries} entries");
                    return Entry(header, extended, longName, longLink);
            }
        }
    }

    /// <summary>Some more of the entry's payload, valid until the next call; empty at its end.</summary>
    public ReadOnlySpan<byte> Read() => Read(long.MaxValue);

    /// <summary>The same, so many bytes at most.</summary>
    public ReadOnlySpan<byte> Read(long most)
    {
        if (_remaining == 0)
            return default;
        var bytes = input.Take(Math.Min(most, _remaining));
        if (bytes.Length == 0)
            throw LayerRefusal.Because("its archive ends in the middle of a file");
        _remaining -= bytes.Length;
        return bytes;
    }

    /// <summary>To the archive's very end, which belongs to its digest.</summary>
    public void Drain()
    {
        while (input.Take(long.MaxValue) is { Length: > 0 } rest)
            recipe.Literal(rest);
    }

    /// <summary>The rest of the payload goes into the recipe word for word: no file will have it.</summary>
    public void Skip()
    {
        while (Read() is { Length: > 0 } bytes)
            recipe.Literal(bytes);
    }

    private TarEntry Entry(TarHeader header, PaxHeaders extended, string? longName, string? longLink)
    {
        var name = longName ?? extended.Get("path") ?? header.Name;
        var kind = header.Kind(name) ?? throw LayerRefusal.Entry(name, $"is of the unknown type '{header.Type}'");
        var size = kind == TarKind.File ? extended.Size ?? header.Size : 0;
        _remaining = size;
        _padding = (int)((Block - (size % Block)) % Block);
        SparseMap? sparse = null;
        if (kind == TarKind.File)
        {
            name = extended.Get("GNU.sparse.name") ?? name;
            sparse = header.Type == 'S' ? OldSparse(name, header) : extended.IsSparse ? PaxSparse(name, extended) : null;
        }

        var (seconds, nanoseconds) = extended.Modified ?? (header.Modified, 0);
        return new TarEntry
        {
            Name = name,
            Kind = kind,
            LinkName = longLink ?? extended.Get("linkpath") ?? header.LinkName,
            StoredSize = _remaining,
            Sparse = sparse,
            Mode = header.Mode,
            Owner = Id(name, extended.Number("uid") ?? header.Owner),
            Group = Id(name, extended.Number("gid") ?? header.Group),
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = nanoseconds,
            DeviceMajor = kind is TarKind.CharacterDevice or TarKind.BlockDevice ? Id(name, header.DeviceMajor) : 0,
            DeviceMinor = kind is TarKind.CharacterDevice or TarKind.BlockDevice ? Id(name, header.DeviceMinor) : 0,
            Attributes = extended.Attributes,
        };
    }

    /// <summary>The map is in the header, and goes on in blocks after it.</summary>
    private SparseMap OldSparse(string name, TarHeader header)
    {
        var parts = new List<(long Offset, long Length)>();
        var size = header.SparseSize;
        var more = header.AddSparse(name, parts);
        while (more)
        {
            if (!input.TryReadExactly(_block))
                throw LayerRefusal.Because("its archive ends in the middle of a header");
            recipe.Literal(_block);
            more = TarHeader.AddMoreSparse(name, _block, parts);
        }

        return SparseMap.Create(name, parts, size, _remaining);
    }

    /// <summary>The map is in the extended headers, or, in version 1, before the payload: lines of decimal figures, filled up to a block.</summary>
    private SparseMap PaxSparse(string name, PaxHeaders extended)
    {
        var size = extended.Number("GNU.sparse.realsize") ?? extended.Number("GNU.sparse.size") ?? throw LayerRefusal.Entry(name, "has holes and does not say its length");
        if (extended.Get("GNU.sparse.major") != "1")
            return SparseMap.Create(name, extended.SparseParts ?? SparseMap.Parse(name, extended.Get("GNU.sparse.map") ?? ""), size, _remaining);
        var parts = new List<(long Offset, long Length)>();
        var lines = new SparseLines(name, () => ReadPayloadBlock(name));
        for (var count = lines.Next(); count > 0; count--)
            SparseMap.Add(name, parts, lines.Next(), lines.Next());
        return SparseMap.Create(name, parts, size, _remaining);
    }

    private byte[] ReadPayloadBlock(string name)
    {
        if (_remaining < Block)
            throw LayerRefusal.Entry(name, "has a map of holes that does not end");
        if (!input.TryReadExactly(_block))
            throw LayerRefusal.Because("its archive ends in the middle of a file");
        recipe.Literal(_block);
        _remaining -= Block;
        return _block;
    }

    /// <summary>False at the end: two blocks of zeros, or no more bytes.</summary>
    private bool ReadHeader()
    {
        if (!ReadBlock())
            return false;
        if (_block.AsSpan().IndexOfAnyExcept((byte)0) >= 0)
            return true;
        if (ReadBlock() && _block.AsSpan().IndexOfAnyExcept((byte)0) >= 0)
            throw LayerRefusal.Because("its archive goes on after a block of zeros");
        return false;
    }

    private bool ReadBlock()
    {
        var start = input.Position;
        if (!input.TryReadExactly(_block))
            return input.Position == start ? false : throw LayerRefusal.Because("its archive ends in the middle of a header");
        recipe.Literal(_block);
        return true;
    }

    private void ReadPadding()
    {
        if (_padding == 0)
            return;
        var padding = _block.AsSpan(0, _padding);
        if (!input.TryReadExactly(padding))
            throw LayerRefusal.Because("its archive ends in the middle of a file");
        recipe.Literal(padding);
        _padding = 0;
    }

    private byte[] ReadExtension(long size)
    {
        // Of all of an entry together: any number of them may come before it.
        _extensionBytes += Math.Max(size, Block);
        if (size > limits.MaxHeaderBytes || _extensionBytes > limits.MaxHeaderBytes)
            throw LayerRefusal.Because($"it has extended headers of {_extensionBytes} bytes before one entry");
        var bytes = new byte[size];
        if (!input.TryReadExactly(bytes))
            throw LayerRefusal.Because("its archive ends in the middle of a header");
        recipe.Literal(bytes);
        _padding = (int)((Block - (size % Block)) % Block);
        ReadPadding();
        return bytes;
    }

    /// <summary>-1 means "leave as it is" to the kernel.</summary>
    private static uint Id(string name, long value) => value is >= 0 and < uint.MaxValue ? (uint)value : throw LayerRefusal.Entry(name, $"has the owner or device number {value}");

    private static string Text(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)0);
        return Encoding.Latin1.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }
}
