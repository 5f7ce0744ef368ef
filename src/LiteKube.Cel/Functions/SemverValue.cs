using System.Globalization;

namespace LiteKube.Cel;

/// <summary>A semantic version (https://semver.org).</summary>
internal sealed class SemverValue : OpaqueValue, IComparable<SemverValue>
{
    public static readonly CelType SemverType = CelType.Opaque("kubernetes.Semver");

    private readonly string[] _preRelease;

    private SemverValue(ulong[] numbers, string[] preRelease)
        : base(SemverType)
    {
        (Major, Minor, Patch) = (numbers[0], numbers[1], numbers[2]);
        _preRelease = preRelease;
    }

    public ulong Major { get; }

    public ulong Minor { get; }

    public ulong Patch { get; }

    protected internal override bool EqualTo(OpaqueValue other) => other is SemverValue version && CompareTo(version) == 0;

    /// <param name="normalize">Takes a leading v, leading zeros and missing numbers.</param>
    public static SemverValue? Parse(string text, bool normalize, out string? problem)
    {
        if (normalize)
        {
            text = Normalize(text);
            problem = "Short version cannot contain PreRelease/Build meta data";
            if (text.Length == 0)
                return null;
        }

        problem = "Version string empty";
        if (text.Length == 0)
            return null;
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        var build = plus < 0 ? null : text[(plus + 1)..];
        var rest = plus < 0 ? text : text[..plus];
        var dash = rest.IndexOf('-', StringComparison.Ordinal);
        var preRelease = dash < 0 ? null : rest[(dash + 1)..];
        var parts = (dash < 0 ? rest : rest[..dash]).Split('.');
        problem = "No Major.Minor.Patch elements found";
        if (parts.Length != 3)
            return null;
        var numbers = new ulong[3];
        for (var i = 0; i < 3; i++)
        {
            problem = $"Invalid character(s) found in version \"{text}\"";
            if (parts[i].Length == 0 || !parts[i].All(char.IsAsciiDigit) || !ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
            problem = $"Version number must not contain leading zeroes \"{parts[i]}\"";
            if (parts[i].Length > 1 && parts[i][0] == '0')
                return null;
        }

        problem = $"Invalid pre-release or build meta data in \"{text}\"";
        if (!AreIdentifiers(preRelease, true) || !AreIdentifiers(build, false))
            return null;
        problem = null;
        return new SemverValue(numbers, preRelease?.Split('.') ?? []);
    }

    private static bool AreIdentifiers(string? text, bool numeric) => text is null || text.Split('.').All(part =>
        part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && !(numeric && part.Length > 1 && part[0] == '0' && part.All(char.IsAsciiDigit)));

    // Empty where a short version has more than numbers.
    private static string Normalize(string text)
    {
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length <= 1)
                continue;
            var trimmed = parts[i].TrimStart('0');
            parts[i] = trimmed.Length == 0 || !char.IsAsciiDigit(trimmed[0]) ? "0" + trimmed : trimmed;
        }

        if (parts.Length < 3 && parts[^1].AsSpan().ContainsAny('+', '-'))
            return "";
        return string.Join('.', parts.Concat(Enumerable.Repeat("0", 3 - parts.Length)));
    }

    public int CompareTo(SemverValue? other)
    {
        if (other is null)
            return 1;
        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (order != 0)
            return order;
        if (_preRelease.Length == 0 || other._preRelease.Length == 0)
            return other._preRelease.Length.CompareTo(0) - _preRelease.Length.CompareTo(0);
        for (var i = 0; i < Math.Min(_preRelease.Length, other._preRelease.Length); i++)
        {
            if (Identifiers(_preRelease[i], other._preRelease[i]) is not 0 and var part)
                return part;
        }

        return _preRelease.Length.CompareTo(other._preRelease.Length);
    }

    private static int Identifiers(string left, string right)
    {
        var leftNumber = left.All(char.IsAsciiDigit);
        if (leftNumber != right.All(char.IsAsciiDigit))
            return leftNumber ? -1 : 1;
        return Math.Sign(leftNumber && left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right));
    }
}
