using System.Text;

namespace LiteKube.Node.PodFiles;

/// <summary>The parts of a resolv.conf.</summary>
internal sealed record ResolverConfig(IReadOnlyList<string> Nameservers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options)
{
    public static ResolverConfig Empty { get; } = new([], [], []);

    public static ResolverConfig Parse(string text)
    {
        var nameservers = new List<string>();
        string[] searches = [];
        string[] options = [];
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0].StartsWith('#') || words[0].StartsWith(';'))
                continue;
            switch (words[0])
            {
                case "nameserver":
                    nameservers.Add(words[1]);
                    break;
                case "search":
                    searches = [.. words.Skip(1).Select(s => s == "." ? s : s.TrimEnd('.'))];
                    break;
                case "options":
                    options = words[1..];
                    break;
            }
        }

        return new ResolverConfig(nameservers, searches, options);
    }

    public string Format()
    {
        var text = new StringBuilder();
        if (Searches.Count > 0)
            text.Append("search ").AppendJoin(' ', Searches).Append('\n');
        foreach (var nameserver in Nameservers)
            text.Append("nameserver ").Append(nameserver).Append('\n');
        if (Options.Count > 0)
            text.Append("options ").AppendJoin(' ', Options).Append('\n');
        return text.ToString();
    }
}
