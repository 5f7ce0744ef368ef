using System.Globalization;

namespace LiteKube.Cel;

/// <summary>A point in time from year 1 to 9999, to the nanosecond.</summary>
public sealed class TimestampValue : CelValue, IComparable<TimestampValue>
{
    internal const long MinSeconds = -62135596800;
    internal const long MaxSeconds = 253402300799;

    private TimestampValue(long seconds, int nanoseconds)
    {
        Seconds = seconds;
        Nanoseconds = nanoseconds;
    }

    /// <summary>Since 1970-01-01T00:00:00Z; rounded down.</summary>
    public long Seconds { get; }

    /// <summary>What is above the second; never negative.</summary>
    public int Nanoseconds { get; }

    public override CelKind Kind => CelKind.Timestamp;

    /// <summary>The value; null outside of the years 1 to 9999.</summary>
    public static TimestampValue? Of(long seconds, int nanoseconds = 0) => seconds is < MinSeconds or > MaxSeconds ? null : new TimestampValue(seconds, nanoseconds);

    internal DateTime Utc => DateTime.UnixEpoch.AddTicks((Seconds * TimeSpan.TicksPerSecond) + (Nanoseconds / 100));

    /// <summary>RFC 3339: <c>2009-02-13T23:31:30.5+01:00</c>.</summary>
    public static bool TryParse(string text, out TimestampValue value)
    {
        value = null!;
        if (text.Length < 20 || !DateTime.TryParseExact(text.AsSpan(0, 19), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return false;
        var at = 19;
        long nanoseconds = 0;
        if (text[at] == '.')
        {
            var start = ++at;
            for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
                nanoseconds = at - start < 9 ? (nanoseconds * 10) + (text[at] - '0') : nanoseconds;
            if (at == start)
                return false;
            for (var i = at - start; i < 9; i++)
                nanoseconds *= 10;
        }

        if (!TryOffset(text.AsSpan(at), out var offset) || Of(((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond) - offset, (int)nanoseconds) is not { } result)
            return false;
        value = result;
        return true;
    }

    /// <summary>What the formats date-time and date of a schema allow.</summary>
    internal static bool TryParseDate(string text, out TimestampValue value) => TryParse(text.Length == 10 ? text + "T00:00:00Z" : text, out value);

    private static bool TryOffset(ReadOnlySpan<char> text, out int seconds)
    {
        seconds = 0;
        if (text is "Z")
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2]) || !char.IsAsciiDigit(text[4]) || !char.IsAsciiDigit(text[5]))
            return false;
        var hours = ((text[1] - '0') * 10) + text[2] - '0';
        var minutes = ((text[4] - '0') * 10) + text[5] - '0';
        seconds = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
        return hours < 24 && minutes < 60;
    }

    /// <summary>The time that much later; null outside of the years 1 to 9999.</summary>
    internal TimestampValue? Plus(long nanoseconds)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, DurationValue.PerSecond);
        rest += Nanoseconds;
        seconds += Seconds;
        if (rest < 0)
            return Of(seconds - 1, (int)(rest + DurationValue.PerSecond));
        return rest >= DurationValue.PerSecond ? Of(seconds + 1, (int)(rest - DurationValue.PerSecond)) : Of(seconds, (int)rest);
    }

    public int CompareTo(TimestampValue? other) => other is null ? 1
        : Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public override string ToString()
    {
        var text = Utc.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return Nanoseconds == 0 ? text + "Z" : $"{text}.{Nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}Z";
    }
}
