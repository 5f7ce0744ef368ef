using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Logs;

/// <summary>
/// One line of a log in the Container Runtime Interface's format: RFC 3339 time, stream, F for a whole line or its end or P for a piece that the
/// stream's next line goes on with, and the text.
/// </summary>
internal static class CriLogLine
{
    private const int TimeWithSeconds = 19;

    /// <param name="line">With its line feed.</param>
    /// <returns>False where it is no such line.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> line, out LogEntry entry)
    {
        entry = default;
        var text = line.Span;
        var space = text.IndexOf((byte)' ');
        if (space < 0 || !TryParseTime(text[..space], out var time))
            return false;
        var rest = text[(space + 1)..];
        var stream = rest.StartsWith("stdout "u8) ? OutputStream.Stdout : rest.StartsWith("stderr "u8) ? OutputStream.Stderr : 0;
        if (stream == 0 || rest.Length < 9)
            return false;
        var tag = rest[7];

        // Tags may be more than one, joined by colons; the first is the one that counts. The text may be empty, then no space follows.
        var end = rest[7..].IndexOfAny((byte)' ', (byte)'\n');
        if (tag is not ((byte)'F' or (byte)'P') || end < 1)
            return false;
        var start = space + 1 + 7 + end + (rest[7 + end] == ' ' ? 1 : 0);
        entry = new LogEntry(time, stream, tag == 'P' ? line[start..^1] : line[start..]);
        return true;
    }

    /// <summary><c>2026-01-02T03:04:05.123456789Z</c>, with any number of digits after the point, or an offset such as <c>+02:00</c>.</summary>
    internal static bool TryParseTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length <= TimeWithSeconds || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
            return false;
        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        var (hour, minute, second) = (Number(text[11..13]), Number(text[14..16]), Number(text[17..19]));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
            return false;
        var at = TimeWithSeconds;
        long ticks = 0;
        if (text[at] == '.')
        {
            var unit = TimeSpan.TicksPerSecond;
            for (at++; at < text.Length && char.IsAsciiDigit((char)text[at]); at++)
                ticks += (unit /= 10) * (text[at] - '0');
        }

        if (!TryParseOffset(text[at..], out var offset))
            return false;
        time = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(ticks) - offset;
        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<byte> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text.SequenceEqual("Z"u8))
            return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':' || Number(text[1..3]) is not (>= 0 and < 24 and var hours) || Number(text[4..]) is not (>= 0 and < 60 and var minutes))
            return false;
        offset = new TimeSpan(hours, minutes, 0);
        if (text[0] == '-')
            offset = -offset;
        return true;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return -1;
            value = (value * 10) + digit - '0';
        }

        return value;
    }
}
