using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Audit;

/// <summary>The rules by which requests are recorded: the first that is for a request decides; a request that none is for is not recorded.</summary>
internal sealed class AuditPolicy(IReadOnlyList<AuditRule> rules)
{
    private static readonly AuditRule s_none = new(AuditLevel.None);

    public IReadOnlyList<AuditRule> Rules => rules;

    public AuditRule For(UserInfo? user, string verb, ApiRequest? request, string path)
    {
        foreach (var rule in rules)
        {
            if (rule.Matches(user, verb, request, path))
                return rule;
        }

        return s_none;
    }
}
