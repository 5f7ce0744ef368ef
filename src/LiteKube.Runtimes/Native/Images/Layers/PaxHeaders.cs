using System.Globalization;
using System.Text;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>The extended headers of one entry: <c>length key=value</c> records.</summary>
internal sealed class PaxHeaders
{
    private const string AttributePrefix = "SCHILY.xattr.";
    private const int NanosecondDigits = 9;

    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private long? _sparseOffset;

    public IReadOnlyList<(string Name, byte[] Value)> Attributes => _values.Count == 0 ? [] :
        [.. _values.Where(v => v.Key.StartsWith(AttributePrefix, StringComparison.Ordinal)).Select(v => (v.Key[AttributePrefix.Length..], v.Value))];

    /// <summary>Of version 0.0, which repeats its keys.</summary>
    public List<(long Offset, long Length)>? SparseParts { get; private set; }

    public bool IsSparse => _values.Count > 0 && _values.Keys.Any(k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal));

    public long? Size => Number("size") is { } size ? size >= 0 ? size : throw LayerRefusal.Because("its archive has a negative size in it") : null;

    public (long Seconds, int Nanoseconds)? Modified
    {
        get
        {
            if (Get("mtime") is not { } text)
                return null;
            var point = text.IndexOf('.');
            var whole = point < 0 ? text : text[..point];
            var fraction = point < 0 ? "" : text[(point + 1)..];
            if (!long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || fraction.Any(c => !char.IsAsciiDigit(c)))
                throw LayerRefusal.Because("its archive has a time that is none");
            var nanoseconds = int.Parse(fraction.PadRight(NanosecondDigits, '0').AsSpan(0, NanosecondDigits), CultureInfo.InvariantCulture);

            // The kernel counts nanoseconds upwards also before 1970.
            return nanoseconds > 0 && text.StartsWith('-') ? (seconds - 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds);
        }
    }

    /// <summary>One character a byte. Null where there is none, or an empty one, which takes back what was said before.</summary>
    public string? Get(string key)
    {
        if (!_values.TryGetValue(key, out var value) || value.Length == 0)
            return null;
        return Array.IndexOf(value, (byte)0) < 0 ? Encoding.Latin1.GetString(value) : throw LayerRefusal.Because($"its archive has a NUL byte in a {key}");
    }

    public long? Number(string key) => Get(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw LayerRefusal.Because($"its archive has a {key} that is no number");

    public void Parse(ReadOnlySpan<byte> records)
    {
        while (records.Length > 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != (byte)'\n')
                throw LayerRefusal.Because("its archive has an extended header that cannot be read");
            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw LayerRefusal.Because("its archive has an extended header that cannot be read");
            Add(Encoding.Latin1.GetString(record[..equals]), record[(equals + 1)..].ToArray());
            records = records[length..];
        }
    }

    private void Add(string key, byte[] value)
    {
        _values[key] = value;
        if (key == "GNU.sparse.offset")
        {
            _sparseOffset = Number(key) ?? 0;
        }
        else if (key == "GNU.sparse.numbytes")
        {
            SparseParts ??= [];
            SparseMap.Add("", SparseParts, _sparseOffset ?? 0, Number(key) ?? 0);
        }
    }
}
