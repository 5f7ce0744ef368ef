using System.Text;

namespace LiteKube.Node.Env;

/// <summary>
/// <c>$(NAME)</c> references in env values, commands, arguments and subPathExpr; <c>$$</c> stands for <c>$</c>
/// (kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables).
/// </summary>
internal static class VariableExpansion
{
    /// <param name="lookup">The value of a variable; null leaves the reference as it stands.</param>
    public static string Expand(string text, Func<string, string?> lookup)
    {
        if (!text.Contains('$'))
            return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            switch (text[i + 1])
            {
                case '$':
                    result.Append('$');
                    i++;
                    break;
                case '(' when text.IndexOf(')', i + 2) is > 0 and var end:
                    var name = text[(i + 2)..end];
                    result.Append(lookup(name) ?? $"$({name})");
                    i = end;
                    break;
                default:
                    // Neither escape nor a closed reference: plain text.
                    result.Append('$');
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>As <see cref="Expand(string, Func{string, string?})"/>, but a variable that is not set is an error.</summary>
    /// <exception cref="ContainerConfigException">Names the missing variables.</exception>
    public static string ExpandStrict(string text, Func<string, string?> lookup)
    {
        var missing = new List<string>();
        var result = Expand(text, name =>
        {
            if (lookup(name) is { } value)
                return value;
            missing.Add(name);
            return null;
        });
        return missing.Count == 0 ? result : throw new ContainerConfigException($"missing value for \"{string.Join(", ", missing)}\"");
    }
}
