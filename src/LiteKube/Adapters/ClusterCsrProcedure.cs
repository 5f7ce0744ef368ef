using LiteKube.Api.Certificates.V1;
using LiteKube.Controllers.Certificates;
using LiteKube.Security.Signing;

namespace LiteKube.Adapters;

/// <summary>The security room's approval and signing as the certificate controller wants it.</summary>
internal sealed class ClusterCsrProcedure(CsrSteps steps) : ICsrProcedure
{
    public async ValueTask<CsrWrite?> NextAsync(CertificateSigningRequest request, CancellationToken cancellationToken) =>
        await steps.NextAsync(request, cancellationToken) is { } step ? new CsrWrite(step.Subresource, step.Request) : null;
}
