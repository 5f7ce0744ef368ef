using System.Globalization;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Spec;

/// <param name="Group">The user's own group.</param>
internal sealed record Account(string Name, uint User, uint Group, string Home);

internal sealed record AccountGroup(string Name, uint Id, IReadOnlyList<string> Members);

/// <summary>The users and groups of an image: its /etc/passwd and /etc/group. Lines that make no sense are passed over, as login programs do.</summary>
internal sealed record AccountFiles(IReadOnlyList<Account> Accounts, IReadOnlyList<AccountGroup> Groups)
{
    public static AccountFiles Read(string root) => Parse(RootedFiles.ReadLines(root, "/etc/passwd"), RootedFiles.ReadLines(root, "/etc/group"));

    public static AccountFiles Parse(IReadOnlyList<string> passwd, IReadOnlyList<string> group) =>
        new([.. passwd.Select(ParseAccount).OfType<Account>()], [.. group.Select(ParseGroup).OfType<AccountGroup>()]);

    /// <summary><c>name:password:uid:gid:comment:home:shell</c>.</summary>
    private static Account? ParseAccount(string line)
    {
        var fields = line.TrimEnd('\r').Split(':');
        return fields.Length >= 4 && fields[0].Length > 0 && Number(fields[2]) is { } user && Number(fields[3]) is { } group
            ? new Account(fields[0], user, group, fields.Length > 5 ? fields[5] : "") : null;
    }

    /// <summary><c>name:password:gid:member,member</c>.</summary>
    private static AccountGroup? ParseGroup(string line)
    {
        var fields = line.TrimEnd('\r').Split(':');
        return fields.Length >= 3 && fields[0].Length > 0 && Number(fields[2]) is { } id
            ? new AccountGroup(fields[0], id, fields.Length > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : []) : null;
    }

    internal static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number : null;
}
