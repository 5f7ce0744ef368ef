using System.Net;
using LiteKube.Api;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Authorization;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Signing;

/// <summary>
/// Which requests need no one's approval: a node's client certificate, for who may join nodes or for that node itself; and a node's serving certificate,
/// for that node itself, under names and addresses that are no one else's.
/// </summary>
public sealed class CsrPolicy(IAuthorizer authorizer, IObjectReader objects, ServingCertificate serving, SecurityOptions options)
{
    private const string Group = "certificates.k8s.io";

    /// <summary>Why the request is approved; null where a person must decide.</summary>
    public async ValueTask<string?> ApprovalAsync(CertificateSigningRequest csr, CancellationToken cancellationToken)
    {
        var spec = csr.Spec;
        if (SigningRequest.TryParse(spec.Request, out _) is not { } request || SignerRules.Problem(spec, request) is not null)
            return null;
        var requester = RequesterOf(spec);
        switch (spec.SignerName)
        {
            case SignerNames.KubeletClient:
                if (requester.Name == request.User.Name && await MayAsync(requester, "selfnodeclient", cancellationToken))
                    return "Auto approving self kubelet client certificate after SubjectAccessReview.";
                return await MayAsync(requester, "nodeclient", cancellationToken) ? "Auto approving kubelet client certificate after SubjectAccessReview." : null;
            case SignerNames.KubeletServing:
                if (requester.NodeName is not { } node || requester.Name != request.User.Name)
                    return null;
                return await AreOwnAsync(node, request, cancellationToken) ? "Auto approving the node's own serving certificate." : null;
            default:
                return null;
        }
    }

    private static UserInfo RequesterOf(CertificateSigningRequestSpec spec) => new(spec.Username ?? "") { Uid = spec.Uid ?? "", Groups = spec.Groups, Extra = spec.Extra };

    private async ValueTask<bool> MayAsync(UserInfo user, string subresource, CancellationToken cancellationToken) =>
        (await authorizer.AuthorizeAsync(new AuthorizationAttributes { User = user, Verb = "create", ApiGroup = Group, ApiVersion = "v1", Resource = "certificatesigningrequests", Subresource = subresource }, cancellationToken)).Allowed;

    // The same CA vouches for the API server, so a node must never get a certificate under a name or address that clients know another by.
    private async ValueTask<bool> AreOwnAsync(string node, SigningRequest request, CancellationToken cancellationToken)
    {
        if (request.DnsNames.Any(n => n != node || serving.Names(n)))
            return false;
        if (request.Addresses.Any(a => !IsUnicast(a) || IsService(a) || serving.Names(a)))
            return false;
        foreach (var other in await objects.ListAsync(Node.Resource, null, cancellationToken))
        {
            if (other.Header.Name == node)
                continue;
            if (other.As<Node>().Status.Addresses.Any(taken => IPAddress.TryParse(taken.Address, out var address) && request.Addresses.Contains(address)))
                return false;
        }

        return true;
    }

    private static bool IsUnicast(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast) && !address.IsIPv6Multicast
        && !(address.GetAddressBytes() is [>= 224 and <= 239, _, _, _]);

    private bool IsService(IPAddress address) => IPNetwork.TryParse(options.ServiceCidr, out var services) && services.Contains(address);
}
