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
        SignerNames.KubeletClient => NodeProblem(request) ?? (request.HasAlternativeNames ? "subject alternative names are not allowed" : null) ?? UsageProblem(spec, ClientAuth),
        SignerNames.KubeletServing => NodeProblem(request) ?? ServingNamesProblem(request) ?? UsageProblem(spec, ServerAuth),
        _ => $"there is no signer {spec.SignerName} here",
    };

    private static string? ClientProblem(CertificateSigningRequestSpec spec)
    {
        if (!spec.Usages.Contains(ClientAuth))
            return $"usages must include \"{ClientAuth}\"";
        return spec.Usages.FirstOrDefault(u => u is not (ClientAuth or DigitalSignature or KeyEncipherment)) is { } other ? $"usage \"{other}\" is not allowed" : null;
    }

    private static string? NodeProblem(SigningRequest request)
    {
        if (request.User.Groups is not [UserInfo.NodesGroup])
            return $"subject organization is not {UserInfo.NodesGroup}";
        return request.User.Name.StartsWith(UserInfo.NodePrefix, StringComparison.Ordinal) && request.User.Name.Length > UserInfo.NodePrefix.Length ? null : $"subject common name does not begin with {UserInfo.NodePrefix}";
    }

    private static string? ServingNamesProblem(SigningRequest request)
    {
        if (request.HasOtherNames)
            return "only DNS names and IP addresses are allowed as subject alternative names";
        return request.HasAlternativeNames ? null : "DNS or IP subjectAltName is required";
    }

    private static string? UsageProblem(CertificateSigningRequestSpec spec, string purpose)
    {
        var usages = spec.Usages.ToHashSet(StringComparer.Ordinal);
        usages.Remove(KeyEncipherment);
        return usages.SetEquals([DigitalSignature, purpose]) ? null : $"usages must be \"{DigitalSignature}\" and \"{purpose}\", with or without \"{KeyEncipherment}\"";
    }
}
