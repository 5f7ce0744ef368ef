using System.Buffers.Binary;
using System.Text;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>One header block of a tar archive.</summary>
internal readonly ref struct TarHeader
{
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const int SparseOffset = 386;
    private const int SparseInHeader = 4;
    private const int SparseInBlock = 21;
    private const int SparsePart = 24;

    private readonly ReadOnlySpan<byte> _block;

    public TarHeader(ReadOnlySpan<byte> block)
    {
        _block = block;
        var sum = 0;
        var signed = 0;
        for (var i = 0; i < block.Length; i++)
        {
            var b = i is >= ChecksumOffset and < ChecksumOffset + ChecksumLength ? (byte)' ' : block[i];
            sum += b;
            signed += (sbyte)b;
        }

        var stated = Octal(block.Slice(ChecksumOffset, ChecksumLength));
        if (stated != sum && stated != signed)
            throw LayerRefusal.Because("its archive has a header with a wrong checksum");
    }

    public char Type => (char)_block[156];

    public string Name => IsUstar && _block[345] != 0 ? Text(345, 155) + "/" + Text(0, 100) : Text(0, 100);

    public string LinkName => Text(157, 100);

    public uint Mode => (uint)(Number(100, 8) & FileModes.Permissions);

    public long Owner => Number(108, 8);

    public long Group => Number(116, 8);

    public long Size => Number(124, 12) is >= 0 and var size ? size : throw LayerRefusal.Because("its archive has a negative size in it");

    public long Modified => Number(136, 12);

    public long DeviceMajor => IsKnown ? Number(329, 8) : 0;

    public long DeviceMinor => IsKnown ? Number(337, 8) : 0;

    public long SparseSize => Number(483, 12);

    private bool IsKnown => HasMagic(_block);

    /// <summary>GNU's own form has other things where ustar has the prefix.</summary>
    private bool IsUstar => IsKnown && _block[262] == 0;

    /// <summary>Of all but the oldest archives.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> block) => block.Length >= 262 && block.Slice(257, 5).SequenceEqual("ustar"u8);

    public TarKind? Kind(string name) => Type switch
    {
        // An old archive says by its name only that it is a directory.
        '0' or '\0' => name.EndsWith('/') ? TarKind.Directory : TarKind.File,
        '7' or 'S' => TarKind.File,
        '1' => TarKind.HardLink,
        '2' => TarKind.Symlink,
        '3' => TarKind.CharacterDevice,
        '4' => TarKind.BlockDevice,
        '5' => TarKind.Directory,
        '6' => TarKind.Fifo,
        _ => null,
    };

    /// <summary>True where more blocks of it follow.</summary>
    public bool AddSparse(string name, List<(long Offset, long Length)> parts)
    {
        AddSparse(name, _block[SparseOffset..], SparseInHeader, parts);
        return _block[482] != 0;
    }

    public static bool AddMoreSparse(string name, ReadOnlySpan<byte> block, List<(long Offset, long Length)> parts)
    {
        AddSparse(name, block, SparseInBlock, parts);
        return block[504] != 0;
    }

    private static void AddSparse(string name, ReadOnlySpan<byte> map, int count, List<(long Offset, long Length)> parts)
    {
        for (var i = 0; i < count; i++)
        {
            var part = map.Slice(i * SparsePart, SparsePart);
            if (part[0] == 0)
                return;
            SparseMap.Add(name, parts, Number(part[..12]), Number(part[12..]));
        }
    }

    private string Text(int offset, int length)
    {
        var field = _block.Slice(offset, length);
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    private long Number(int offset, int length) => Number(_block.Slice(offset, length));

    /// <summary>Octal digits, or, with the first bit set, the rest of the field as a binary number in two's complement.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) == 0)
            return Octal(field);
        Span<byte> wide = stackalloc byte[16];
        var negative = (field[0] & 0x40) != 0;
        wide.Fill(negative ? (byte)0xff : (byte)0);
        field.CopyTo(wide[(wide.Length - field.Length)..]);
        wide[wide.Length - field.Length] = (byte)(negative ? field[0] : field[0] & 0x7f);
        var value = BinaryPrimitives.ReadInt128BigEndian(wide);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : throw LayerRefusal.Because("its archive has a number in it that is too large");
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \0"u8);
        long value = 0;
        foreach (var digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw LayerRefusal.Because("its archive has a header with something other than octal digits in a number");
            value = (value << 3) | (long)(digit - '0');
        }

        return value;
    }
}
