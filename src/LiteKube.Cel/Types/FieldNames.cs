using System.Collections.Frozen;
using System.Text;

namespace LiteKube.Cel;

/// <summary>
/// How the names of properties become names of CEL fields
/// (https://kubernetes.io/docs/reference/using-api/cel/#escaping).
/// </summary>
public static class FieldNames
{
    private static readonly FrozenSet<string> s_reserved = FrozenSet.ToFrozenSet(
    [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    ], StringComparer.Ordinal);

    internal static bool IsReserved(string name) => s_reserved.Contains(name);

    /// <summary>The name by which expressions reach a property; null for a property that they cannot reach.</summary>
    public static string? Escape(string property)
    {
        if (property.Length == 0 || char.IsAsciiDigit(property[0]))
            return null;
        if (s_reserved.Contains(property))
            return $"__{property}__";
        StringBuilder? escaped = null;
        for (var i = 0; i < property.Length; i++)
        {
            var c = property[i];
            var replacement = c switch
            {
                '.' => "__dot__",
                '-' => "__dash__",
                '/' => "__slash__",
                '_' when i + 1 < property.Length && property[i + 1] == '_' => "__underscores__",
                _ => null,
            };
            if (replacement is not null)
            {
                escaped ??= new StringBuilder(property, 0, i, property.Length + 16);
                escaped.Append(replacement);
                if (c == '_')
                    i++;
            }
            else if (char.IsAsciiLetterOrDigit(c) || c == '_')
            {
                escaped?.Append(c);
            }
            else
            {
                return null;
            }
        }

        return escaped?.ToString() ?? property;
    }
}
