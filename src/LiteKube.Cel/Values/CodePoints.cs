using System.Buffers;
using System.Text;

namespace LiteKube.Cel;

/// <summary>CEL counts strings in code points, .NET in UTF-16 units. Where the two agree, nothing is copied.</summary>
internal static class CodePoints
{
    private static readonly SearchValues<char> s_surrogates = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(i => (char)i)]);

    public static bool AreUnits(ReadOnlySpan<char> text) => !text.ContainsAny(s_surrogates);

    public static int Count(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var i = text.IndexOfAny(s_surrogates); i >= 0 && i < text.Length - 1; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    /// <summary>The unit at which the code point of that index begins; the length of the text for the index after the last.</summary>
    public static int UnitOf(string text, int index)
    {
        if (AreUnits(text))
            return index;
        var unit = 0;
        while (index-- > 0)
            unit += char.IsHighSurrogate(text[unit]) && unit + 1 < text.Length ? 2 : 1;
        return unit;
    }

    /// <summary>Compares as UTF-8 would: by code points, not by units.</summary>
    public static int Compare(string left, string right)
    {
        var shorter = Math.Min(left.Length, right.Length);
        var common = left.AsSpan(0, shorter).CommonPrefixLength(right.AsSpan(0, shorter));
        if (common == shorter)
            return left.Length.CompareTo(right.Length);
        var a = left[common];
        var b = right[common];
        // Surrogates stand for code points above every other unit.
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    public static string[] Split(string text)
    {
        var result = new List<string>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            result.Add(rune.ToString());
        return [.. result];
    }

    public static string Reverse(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes().Reverse())
            result.Append(rune.ToString());
        return result.ToString();
    }
}
