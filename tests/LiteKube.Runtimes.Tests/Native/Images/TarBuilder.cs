using System.IO.Compression;
using System.Text;
using LiteKube.Runtimes.Native.Images;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>Archives as good and as bad as a test wants them. Names are one character a byte.</summary>
internal sealed class TarBuilder
{
    public const int Block = 512;

    private readonly MemoryStream _bytes = new();

    public uint Owner { get; init; }

    public uint Group { get; init; }

    public static string Digest(byte[] bytes) => Digests.Of(bytes);

    public static byte[] Gzip(byte[] bytes)
    {
        var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return result.ToArray();
    }

    public TarBuilder File(string name, string content, int mode = 0b110_100_100) => File(name, Encoding.UTF8.GetBytes(content), mode);

    public TarBuilder File(string name, byte[] content, int mode = 0b110_100_100) => Entry('0', name, "", mode, content.Length).Raw(content).Pad();

    public TarBuilder Directory(string name, int mode = 0b111_101_101) => Entry('5', name, "", mode, 0);

    public TarBuilder Symlink(string name, string target) => Entry('2', name, target, 0b111_111_111, 0);

    public TarBuilder HardLink(string name, string target) => Entry('1', name, target, 0b110_100_100, 0);

    public TarBuilder Device(char type, string name, int major, int minor) => Entry(type, name, "", 0b110_100_100, 0, h =>
    {
        Octal(h, 329, 8, major);
        Octal(h, 337, 8, minor);
    });

    public TarBuilder Pax(params (string Key, string Value)[] records)
    {
        var body = new MemoryStream();
        foreach (var (key, value) in records)
        {
            var text = Encoding.Latin1.GetBytes($" {key}={value}\n");
            var length = text.Length + 1;
            while (length != text.Length + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
                length = text.Length + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
            body.Write(Encoding.ASCII.GetBytes(length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            body.Write(text);
        }

        return Entry('x', "PaxHeaders/x", "", 0, body.Length).Raw(body.ToArray()).Pad();
    }

    public TarBuilder GnuLong(char type, string text) => Entry(type, "././@LongLink", "", 0, text.Length + 1).Raw(Encoding.Latin1.GetBytes(text + "\0")).Pad();

    public TarBuilder Entry(char type, string name, string link, int mode, long size, Action<byte[]>? change = null)
    {
        var header = new byte[Block];
        Encoding.Latin1.GetBytes(name, 0, Math.Min(name.Length, 100), header, 0);
        Encoding.Latin1.GetBytes(link, 0, Math.Min(link.Length, 100), header, 157);
        Octal(header, 100, 8, mode);
        Octal(header, 108, 8, Owner);
        Octal(header, 116, 8, Group);
        Octal(header, 124, 12, size);
        Octal(header, 136, 12, 1_000_000_000);
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        change?.Invoke(header);
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header, 148, 7, header.Sum(b => b));
        return Raw(header);
    }

    public TarBuilder Raw(byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public TarBuilder Pad()
    {
        _bytes.Write(new byte[(Block - (_bytes.Length % Block)) % Block]);
        return this;
    }

    public byte[] Unended() => _bytes.ToArray();

    public byte[] Build() => [.. _bytes.ToArray(), .. new byte[2 * Block]];

    public static void Octal(byte[] header, int offset, int length, long value)
    {
        var text = Convert.ToString(value, 8).PadLeft(length - 1, '0');
        Encoding.ASCII.GetBytes(text, header.AsSpan(offset, length - 1));
        header[offset + length - 1] = 0;
    }
}
