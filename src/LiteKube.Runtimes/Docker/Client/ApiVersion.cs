using System.Globalization;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>A version of the Engine API, <c>1.41</c>.</summary>
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>Docker 20.10, the oldest engine that LiteKube works with.</summary>
    public static readonly ApiVersion Oldest = new(1, 41);

    /// <summary>The newest whose answers this client knows; newer engines still speak it.</summary>
    public static readonly ApiVersion Newest = new(1, 47);

    public static ApiVersion? Parse(string? text)
    {
        if (text is null || text.IndexOf('.') is not (> 0 and var dot))
            return null;
        return int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
                ? new ApiVersion(major, minor)
                : null;
    }

    public int CompareTo(ApiVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
