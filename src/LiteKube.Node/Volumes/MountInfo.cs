using System.Text;

namespace LiteKube.Node.Volumes;

/// <summary>The lines of /proc/self/mountinfo, for the node and for its runtimes.</summary>
public static class MountInfo
{
    /// <summary>A field as it is: space, tab, line feed and backslash stand in it as <c>\ooo</c>.</summary>
    public static string Unescape(string field)
    {
        if (!field.Contains('\\'))
            return field;
        var result = new StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                result.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                result.Append(field[i]);
            }
        }

        return result.ToString();
    }
}
