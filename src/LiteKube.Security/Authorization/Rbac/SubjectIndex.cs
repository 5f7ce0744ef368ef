using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>Who is granted what in one scope: the cluster, or one namespace.</summary>
internal sealed class SubjectIndex
{
    private readonly Dictionary<string, List<Grant>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Grant>> _groups = new(StringComparer.Ordinal);

    /// <param name="ns">The binding's namespace; a service account without one is of that namespace.</param>
    public void Add(IReadOnlyList<Subject> subjects, string ns, Grant grant)
    {
        foreach (var subject in subjects)
        {
            switch (subject.Kind)
            {
                case "User":
                    Add(_users, subject.Name, grant with { Subject = $"User \"{subject.Name}\"" });
                    break;
                case "Group":
                    Add(_groups, subject.Name, grant with { Subject = $"Group \"{subject.Name}\"" });
                    break;
                case "ServiceAccount":
                    var home = string.IsNullOrEmpty(subject.Namespace) ? ns : subject.Namespace;
                    if (home.Length > 0)
                        Add(_users, $"{UserInfo.ServiceAccountPrefix}{home}:{subject.Name}", grant with { Subject = $"ServiceAccount \"{subject.Name}/{home}\"" });
                    break;
            }
        }
    }

    public IEnumerable<Grant> For(UserInfo user)
    {
        if (_users.TryGetValue(user.Name, out var own))
        {
            foreach (var grant in own)
                yield return grant;
        }

        for (var i = 0; i < user.Groups.Count; i++)
        {
            if (!_groups.TryGetValue(user.Groups[i], out var shared))
                continue;
            foreach (var grant in shared)
                yield return grant;
        }
    }

    private static void Add(Dictionary<string, List<Grant>> index, string name, Grant grant)
    {
        if (!index.TryGetValue(name, out var grants))
            index[name] = grants = [];
        grants.Add(grant);
    }
}
