using System.Text;

namespace LiteKube.Cel;

/// <summary>The text of an expression and the places in it, as messages show them.</summary>
internal sealed class CelSource(string text)
{
    public string Text { get; } = text;

    /// <summary>Line from 1, column from 0 and in code points.</summary>
    public (int Line, int Column) PlaceOf(int position)
    {
        var line = 1;
        var start = 0;
        position = Math.Min(position, Text.Length);
        for (var i = 0; i < position; i++)
        {
            if (Text[i] == '\n')
            {
                line++;
                start = i + 1;
            }
        }

        return (line, CodePoints.Count(Text.AsSpan(start, position - start)));
    }

    /// <summary>
    /// <code>
    /// ERROR: &lt;input&gt;:1:3: undeclared reference to 'x' (in container '')
    ///  | 1+x
    ///  | ..^
    /// </code>
    /// </summary>
    public string Format(CelIssue issue)
    {
        var result = new StringBuilder();
        result.Append("ERROR: <input>:").Append(issue.Line).Append(':').Append(issue.Column + 1).Append(": ").Append(issue.Message);
        var lines = Text.Split('\n');
        if (issue.Line > lines.Length)
            return result.ToString();
        var line = lines[issue.Line - 1].Replace("\t", " ", StringComparison.Ordinal);
        result.Append("\n | ").Append(line).Append("\n | ").Append('.', issue.Column).Append('^');
        return result.ToString();
    }
}
