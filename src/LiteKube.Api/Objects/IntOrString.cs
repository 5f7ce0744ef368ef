using System.Globalization;

namespace LiteKube.Api;

/// <summary>A port or a count: a number, a name, or a percentage such as <c>25%</c>.</summary>
public readonly record struct IntOrString
{
    private readonly string? _string;

    public IntOrString(int value) => Int = value;

    public IntOrString(string value) => _string = value;

    public bool IsInt => _string is null;

    public int Int { get; }

    public string String => _string ?? Int.ToString(CultureInfo.InvariantCulture);

    public static implicit operator IntOrString(int value) => new(value);

    public static implicit operator IntOrString(string value) => new(value);

    /// <summary>The count this stands for, a percentage being taken of <paramref name="total"/>.</summary>
    /// <exception cref="FormatException">Neither a number nor a percentage.</exception>
    public int Scaled(int total, bool roundUp)
    {
        if (IsInt)
            return Int;
        if (!String.EndsWith('%') || !int.TryParse(String.AsSpan(0, String.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
            throw new FormatException($"\"{String}\" is neither a number nor a percentage");
        var exact = (long)percent * total;
        return (int)(roundUp ? (exact + 99) / 100 : exact / 100);
    }

    public override string ToString() => String;
}
