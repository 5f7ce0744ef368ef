using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace LiteKube.Cel;

/// <summary>A regular expression in the syntax of RE2, run by .NET's engine without backtracking: its time is linear in the text.</summary>
/// <param name="Problem">Why there is no regex; null where there is one.</param>
internal sealed record Re2(Regex? Regex, string? Problem)
{
    private const int CacheSize = 256;

    private static readonly ConcurrentDictionary<string, Re2> s_cache = new(StringComparer.Ordinal);

    public static Re2 Compile(string pattern)
    {
        if (s_cache.TryGetValue(pattern, out var known))
            return known;
        var compiled = Make(pattern);
        // Long patterns are rare and would only fill memory; a full cache starts over.
        if (pattern.Length <= 1000)
        {
            if (s_cache.Count >= CacheSize)
                s_cache.Clear();
            s_cache[pattern] = compiled;
        }

        return compiled;
    }

    private static Re2 Make(string pattern)
    {
        string? translated = new Re2Translator(pattern).Translate(out var problem);
        if (translated is null)
            return new Re2(null, $"error parsing regexp: {problem}");
        try
        {
            return new Re2(new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), null);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return new Re2(null, $"error parsing regexp: {e.Message}");
        }
    }
}
