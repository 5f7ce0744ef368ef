namespace LiteKube.Runtimes.Docker;

/// <summary>The time before each message of a log: RFC 3339 in UTC with nine digits of fraction, always, and a space.</summary>
internal static class LogTime
{
    public const int PrefixLength = Length + 1;
    private const int Length = 30;

    private static ReadOnlySpan<byte> Pattern => "dddd-dd-ddTdd:dd:dd.dddddddddZ "u8;

    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < PrefixLength)
            return false;
        for (var i = 0; i < PrefixLength; i++)
        {
            if (Pattern[i] == 'd' ? !char.IsAsciiDigit((char)text[i]) : text[i] != Pattern[i])
                return false;
        }

        var (month, day, hour, minute, second) = (Number(text, 5, 2), Number(text, 8, 2), Number(text, 11, 2), Number(text, 14, 2), Number(text, 17, 2));
        var year = Number(text, 0, 4);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        time = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(Number(text, 20, 7));
        return true;
    }

    private static int Number(ReadOnlySpan<byte> text, int start, int length)
    {
        var value = 0;
        foreach (var digit in text.Slice(start, length))
            value = (value * 10) + digit - '0';
        return value;
    }
}
