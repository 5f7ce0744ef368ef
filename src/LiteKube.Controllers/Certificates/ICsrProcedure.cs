using LiteKube.Api.Certificates.V1;

namespace LiteKube.Controllers.Certificates;

/// <summary>Who approves and signs certificate requests: the process adapts its PKI to this. Without one, requests wait for a human or another controller.</summary>
public interface ICsrProcedure
{
    /// <summary>The next write that takes a request further (its approval, its certificate, its refusal), or null when there is none to make.</summary>
    ValueTask<CsrWrite?> NextAsync(CertificateSigningRequest request, CancellationToken cancellationToken);
}

/// <param name="Subresource"><c>approval</c> or <c>status</c>.</param>
public sealed record CsrWrite(string Subresource, CertificateSigningRequest Request);
