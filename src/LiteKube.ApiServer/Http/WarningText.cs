using System.Text;

namespace LiteKube.ApiServer.Http;

/// <summary>Warnings quote what clients sent, which may be anything; a header may not.</summary>
internal static class WarningText
{
    private const int Longest = 1024;

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
                quoted.Append('?');
            else if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
