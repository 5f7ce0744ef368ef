using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>Whom a container's process runs as.</summary>
/// <param name="Home">Null where the image knows no such user.</param>
internal sealed record ProcessUser(uint User, uint Group, IReadOnlyList<uint> SupplementalGroups, string? Home)
{
    /// <summary>
    /// The pod's numbers go before the image's user, which is <c>uid</c>, <c>name</c>, <c>uid:gid</c> or <c>name:group</c>. The groups are those that
    /// the image has the user in, and the pod's.
    /// </summary>
    /// <exception cref="RuntimeException">CreateContainer: the image names a user or group that it does not have.</exception>
    public static ProcessUser Resolve(string imageUser, ContainerSecurity security, AccountFiles files)
    {
        var parts = imageUser.Split(':', 2);
        var (userName, groupName) = security.RunAsUser is null ? (parts[0], parts.Length > 1 ? parts[1] : "") : ("", "");
        var account = security.RunAsUser is { } number ? ByNumber(files, checked((uint)number)) : Find(files, userName);
        if (account is null && userName.Length > 0 && AccountFiles.Number(userName) is null)
            throw new RuntimeException(RuntimeError.CreateContainer, $"unable to find user {userName}: no matching entries in passwd file");
        var user = security.RunAsUser is { } wanted ? (uint)wanted : account?.User ?? AccountFiles.Number(userName) ?? 0;
        var group = security.RunAsGroup is { } wantedGroup ? checked((uint)wantedGroup)
            : groupName.Length > 0 ? GroupOf(files, groupName)
            : account?.Group ?? 0;
        var groups = new SortedSet<uint>(security.SupplementalGroups.Select(g => checked((uint)g))) { group };
        if (account is not null && groupName.Length == 0)
            groups.UnionWith(files.Groups.Where(g => g.Members.Contains(account.Name)).Select(g => g.Id));
        return new ProcessUser(user, group, [.. groups], account?.Home);
    }

    /// <summary>No name is root; a number may be no account's.</summary>
    private static Account? Find(AccountFiles files, string name) => name.Length == 0 ? ByNumber(files, 0)
        : files.Accounts.FirstOrDefault(a => a.Name == name) ?? (AccountFiles.Number(name) is { } number ? ByNumber(files, number) : null);

    private static Account? ByNumber(AccountFiles files, uint user) => files.Accounts.FirstOrDefault(a => a.User == user);

    private static uint GroupOf(AccountFiles files, string name) => files.Groups.FirstOrDefault(g => g.Name == name)?.Id ?? AccountFiles.Number(name)
        ?? throw new RuntimeException(RuntimeError.CreateContainer, $"unable to find group {name}: no matching entries in group file");
}
