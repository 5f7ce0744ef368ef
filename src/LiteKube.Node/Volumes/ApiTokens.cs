using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Node.Volumes;

/// <summary>Tokens by the TokenRequest sub-resource of the pod's ServiceAccount, bound to the pod.</summary>
internal sealed class ApiTokens(KubeClient client) : ITokenSource
{
    private const long DefaultSeconds = 3600;

    public async ValueTask<TokenRequestStatus> RequestAsync(Pod pod, ServiceAccountTokenProjection projection, CancellationToken cancellationToken)
    {
        var request = new TokenRequest
        {
            Spec = new TokenRequestSpec
            {
                Audiences = string.IsNullOrEmpty(projection.Audience) ? [] : [projection.Audience],
                ExpirationSeconds = projection.ExpirationSeconds ?? DefaultSeconds,
                BoundObjectRef = new BoundObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        };
        var account = string.IsNullOrEmpty(pod.Spec.ServiceAccountName) ? "default" : pod.Spec.ServiceAccountName;
        var answer = await client.CreateSubresourceAsync(ServiceAccount.Resource, pod.Metadata.Namespace, account, "token", request, cancellationToken).ConfigureAwait(false);
        return answer.As<TokenRequest>().Status;
    }
}
