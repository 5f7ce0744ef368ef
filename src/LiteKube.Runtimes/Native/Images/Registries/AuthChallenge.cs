using System.Text;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>A WWW-Authenticate header: a scheme and its parameters.</summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary><c>Bearer realm="https://…",service="…",scope="a,b"</c>.</summary>
    public static AuthChallenge Parse(string scheme, string? parameters)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var text = parameters ?? "";
        var at = 0;
        while (at < text.Length)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0)
                break;
            var key = text[at..equals].Trim(' ', ',');
            at = equals + 1;
            var value = new StringBuilder();
            if (at < text.Length && text[at] == '"')
            {
                for (at++; at < text.Length && text[at] != '"'; at++)
                {
                    if (text[at] == '\\' && at + 1 < text.Length)
                        at++;
                    value.Append(text[at]);
                }

                at++;
            }
            else
            {
                for (; at < text.Length && text[at] != ','; at++)
                    value.Append(text[at]);
            }

            values[key] = value.ToString().Trim();
        }

        return new AuthChallenge(scheme, values);
    }
}
