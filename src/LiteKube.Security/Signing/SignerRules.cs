using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Security;

namespace LiteKube.Security.Signing;

/// <summary>What each signer asks of a request before it signs.</summary>
internal static class SignerRules
{
    private const string DigitalSignature = "digital signature";
    private const string KeyEncipherment = "key encipherment";
    private const string ClientAuth = "client auth";
    private const string ServerAuth = "server auth";

    /// <summary>Why the request does not suit its signer; null where it does.</summary>
    public static string? Problem(CertificateSigningRequestSpec spec, SigningRequest request) => spec.SignerName switch
    {
        SignerNames.Client => ClientProblem(spec),
        SignerNames.KubeletClient => GroupProblem(request) ?? ClientNamesProblem(request) ?? NameProblem(request) ?? UsageProblem(spec, ClientAuth),
        SignerNames.KubeletServing => GroupProblem(request) ?? ServingNamesProblem(request) ?? UsageProblem(spec, ServerAuth) ?? NameProblem(request),
        _ => $"there is no signer {spec.SignerName} here",
    };

    private static string? ClientProblem(CertificateSigningRequestSpec spec)
    {
        if (spec.Usages.FirstOrDefault(u => u is not (ClientAuth or DigitalSignature or KeyEncipherment)) is { } other)
            return $"invalid usage for client certificate: {other}";
        return spec.Usages.Contains(ClientAuth) ? null : $"missing required usage for client certificate: {ClientAuth}";
    }

    private static string? GroupProblem(SigningRequest request) => request.User.Groups is [UserInfo.NodesGroup] ? null : $"subject organization is not {UserInfo.NodesGroup}";

    private static string? NameProblem(SigningRequest request) =>
        request.User.Name.StartsWith(UserInfo.NodePrefix, StringComparison.Ordinal) && request.User.Name.Length > UserInfo.NodePrefix.Length ? null : $"subject common name does not begin with {UserInfo.NodePrefix}";

    private static string? ClientNamesProblem(SigningRequest request) => request switch
    {
        { DnsNames.Count: > 0 } => "DNS subjectAltNames are not allowed",
        { Addresses.Count: > 0 } => "IP subjectAltNames are not allowed",
        { HasOtherNames: true } => "Email and URI subjectAltNames are not allowed",
        _ => null,
    };

    private static string? ServingNamesProblem(SigningRequest request)
    {
        if (request.HasOtherNames)
            return "Email and URI subjectAltNames are not allowed";
        return request.HasAlternativeNames ? null : "DNS or IP subjectAltName is required";
    }

    private static string? UsageProblem(CertificateSigningRequestSpec spec, string purpose)
    {
        var usages = spec.Usages.ToHashSet(StringComparer.Ordinal);
        usages.Remove(KeyEncipherment);
        return usages.SetEquals([DigitalSignature, purpose]) ? null : $"usages did not match [{string.Join(' ', new[] { DigitalSignature, KeyEncipherment, purpose }.Order(StringComparer.Ordinal))}]";
    }
}
