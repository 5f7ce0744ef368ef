using System.Globalization;
using System.Text;
using LiteKube.Api;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Fields;

/// <summary>Under which name a writer's fields go: the one it gives, else the program's by its User-Agent, else, in process, the component's.</summary>
internal static class FieldManagerName
{
    private const int Longest = 128;
    private const string Unknown = "unknown";

    public static string Of(ApiRequest request)
    {
        if (request.Options.FieldManager is { Length: > 0 } given)
            return given;
        return request.UserAgent is { } agent ? OfAgent(agent) : OfComponent(request.User.Name);
    }

    /// <summary>What is wrong with a name that a client gives; null: nothing.</summary>
    public static string? Problem(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > Longest)
            return $"Too long: may not be more than {Longest} bytes";
        foreach (var rune in name.EnumerateRunes())
            if (!IsPrintable(rune))
                return $"Invalid value: \"{name}\": should only contain printable characters";
        return null;
    }

    private static string OfAgent(string agent)
    {
        var slash = agent.IndexOf('/');
        var name = new StringBuilder();
        var bytes = 0;
        foreach (var rune in (slash < 0 ? agent : agent[..slash]).EnumerateRunes())
        {
            if (!IsPrintable(rune))
                continue;
            bytes += rune.Utf8SequenceLength;
            if (bytes > Longest)
                break;
            name.Append(rune.ToString());
        }

        return name.Length == 0 ? Unknown : name.ToString();
    }

    private static string OfComponent(string user)
    {
        const string system = "system:";
        if (!user.StartsWith(system, StringComparison.Ordinal))
            return user.Length == 0 ? Unknown : user;
        if (user == "system:apiserver")
            return "kube-apiserver";
        if (user.StartsWith("system:node:", StringComparison.Ordinal))
            return "kubelet";
        return user[(user.LastIndexOf(':') + 1)..];
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        && (rune.Value == ' ' || Rune.GetUnicodeCategory(rune) != UnicodeCategory.SpaceSeparator);
}
