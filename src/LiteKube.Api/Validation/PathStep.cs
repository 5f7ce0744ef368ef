using System.Globalization;
using System.Text;

namespace LiteKube.Api.Validation;

/// <summary>One step of the path to a field: a member's name, or a place in a list. Walkers keep a stack of them and format it only for an error.</summary>
internal readonly struct PathStep
{
    private readonly string? _name;
    private readonly int _index;

    public PathStep(string name) => _name = name;

    public PathStep(int index) => _index = index;

    public bool Is(string name) => _name == name;

    /// <summary><c>spec.containers[0].name</c>.</summary>
    public static string Format(List<PathStep> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            if (step._name is null)
                text.Append('[').Append(step._index.ToString(CultureInfo.InvariantCulture)).Append(']');
            else
                text.Append(text.Length == 0 ? "" : ".").Append(step._name);
        }

        return text.ToString();
    }
}
