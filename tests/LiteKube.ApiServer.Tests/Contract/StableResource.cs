using LiteKube.Api.Schema;

namespace LiteKube.ApiServer.Tests.Contract;

/// <summary>One line of stable-resources.txt.</summary>
internal sealed record StableResource(string Group, string Version, string Plural, string Kind, bool Namespaced, string? Singular, string[] ShortNames, string[] Categories, string[] Verbs, Dictionary<string, string[]> Subresources)
{
    public static IReadOnlyList<StableResource> All { get; } = Read();

    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Path => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{GroupVersion}";

    public KindSchema Schema => ApiSchema.Current.Find(Group, Version, Plural)!;

    private static List<StableResource> Read()
    {
        using var reader = new StreamReader(typeof(StableResource).Assembly.GetManifestResourceStream("stable-resources.txt")!);
        var result = new List<StableResource>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var words = line.Split(' ');
            var slash = words[0].LastIndexOf('/');
            result.Add(new StableResource(words[0][..slash], words[0][(slash + 1)..], words[1], words[2], words[3] == "Namespaced", words[4] == "-" ? null : words[4],
                List(words[5], ','), List(words[6], ','), List(words[7], ','),
                List(words[8], ';').ToDictionary(s => s[..s.IndexOf(':')], s => List(s[(s.IndexOf(':') + 1)..], '+'))));
        }

        return result;

        static string[] List(string text, char separator) => text == "-" ? [] : text.Split(separator);
    }
}
