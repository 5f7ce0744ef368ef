using LiteKube.Api.Certificates.V1;

namespace LiteKube.Security.Signing;

/// <summary>The next step of a CertificateSigningRequest: approve, sign, or say why not. A controller calls it for each request it sees, and writes what it returns.</summary>
public sealed class CsrSteps(CsrPolicy policy, CertificateSigner signer, TimeProvider clock)
{
    private const string Approved = "Approved";
    private const string Failed = "Failed";

    /// <summary>Null where there is nothing to do: done, denied, not ours, or waiting for a person.</summary>
    public async ValueTask<CsrStep?> NextAsync(CertificateSigningRequest csr, CancellationToken cancellationToken)
    {
        if (!SignerNames.IsKnown(csr.Spec.SignerName) || csr.Status.Certificate is { Length: > 0 } || Has(csr, "Denied") || Has(csr, Failed))
            return null;
        if (!Has(csr, Approved))
            return await policy.ApprovalAsync(csr, cancellationToken) is { } why ? new CsrStep("approval", With(csr, Approved, "AutoApproved", why)) : null;
        var outcome = signer.Sign(csr.Spec);
        return outcome.Certificate is { } certificate
            ? new CsrStep("status", csr with { Status = csr.Status with { Certificate = certificate } })
            : new CsrStep("status", With(csr, Failed, "SignerValidationFailure", outcome.Failure!));
    }

    private static bool Has(CertificateSigningRequest csr, string type) => csr.Status.Conditions.Any(c => c.Type == type && c.Status == "True");

    private CertificateSigningRequest With(CertificateSigningRequest csr, string type, string reason, string message)
    {
        var now = clock.GetUtcNow();
        var condition = new CertificateSigningRequestCondition { Type = type, Status = "True", Reason = reason, Message = message, LastUpdateTime = now, LastTransitionTime = now };
        return csr with { Status = csr.Status with { Conditions = [.. csr.Status.Conditions, condition] } };
    }
}
