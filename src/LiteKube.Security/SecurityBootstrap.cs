using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Authorization.Bootstrap;
using LiteKube.Security.Joining;
using LiteKube.Security.Pki;

namespace LiteKube.Security;

/// <summary>
/// What must be in the cluster for security to work: default roles and bindings, the ConfigMap that lets others authenticate as the API server does, and
/// the bootstrap token of the join token. The API server sees to them at each start, once the namespaces kube-system and kube-public are there.
/// </summary>
public sealed class SecurityBootstrap(ClusterPki pki, JoinTokens joinTokens)
{
    public IReadOnlyList<BootstrapObject> Objects() =>
    [
        .. BootstrapRbac.Objects(),
        BootstrapObject.Of(AuthenticationConfig(), Merge),
        BootstrapObject.Of(joinTokens.Current.Token.ToSecret("What agents join with: part of the token in server/token of the data directory.")),
    ];

    // https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#original-request-username-and-group
    private ConfigMap AuthenticationConfig() => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = "extension-apiserver-authentication" },
        Data = new Dictionary<string, string>
        {
            ["client-ca-file"] = pki.ClientCa.Pem,
            ["requestheader-allowed-names"] = $"[\"{ClusterPki.FrontProxyName}\"]",
            ["requestheader-client-ca-file"] = pki.RequestHeaderCa.Pem,
            ["requestheader-extra-headers-prefix"] = "[\"X-Remote-Extra-\"]",
            ["requestheader-group-headers"] = "[\"X-Remote-Group\"]",
            ["requestheader-uid-headers"] = "[\"X-Remote-Uid\"]",
            ["requestheader-username-headers"] = "[\"X-Remote-User\"]",
        },
    };

    private static ConfigMap? Merge(ConfigMap existing, ConfigMap wanted)
    {
        var data = new Dictionary<string, string>(existing.Data);
        foreach (var (key, value) in wanted.Data)
            data[key] = value;
        var merged = existing with { Data = data };
        return merged == existing ? null : merged;
    }
}
