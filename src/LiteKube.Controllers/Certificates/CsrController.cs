using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Certificates;

/// <summary>Takes certificate requests through approval and signing, and deletes those that have served their purpose.</summary>
internal sealed class CsrController(ControllerContext context, ICsrProcedure? procedure = null) : Reconciler<string>(context.Time, context.Logger<CsrController>())
{
    private static readonly TimeSpan s_keepDecided = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_keepPending = TimeSpan.FromHours(24);

    private readonly Informer<CertificateSigningRequest> _requests = context.Informers.Of<CertificateSigningRequest>();

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_requests, (_, current) =>
        {
            if (current is not null)
                Queue.Add(current.Metadata.Name!);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_requests.Get(key) is not { } request)
            return;
        var now = context.Time.GetUtcNow();
        var expires = Expires(request, now);
        if (expires <= now)
        {
            var same = new DeleteOptions { Preconditions = new Preconditions { Uid = request.Metadata.Uid } };
            await context.Client.TryDeleteAsync(CertificateSigningRequest.Resource, null, key, same, cancellationToken).ConfigureAwait(false);
            return;
        }

        Queue.AddAfter(key, expires - now);
        if (procedure is not null && await procedure.NextAsync(request, cancellationToken).ConfigureAwait(false) is { } step)
            await context.Client.UpdateSubresourceAsync(CertificateSigningRequest.Resource, null, key, step.Subresource, step.Request, cancellationToken).ConfigureAwait(false);
    }

    private static DateTimeOffset Expires(CertificateSigningRequest request, DateTimeOffset now)
    {
        var done = request.Status.Certificate is { Length: > 0 } || request.Status.Conditions.Any(c => c.Type is "Denied" or "Failed");
        var since = done ? request.Status.Conditions.Select(c => c.LastUpdateTime).Max() : request.Metadata.CreationTimestamp;
        var end = (since ?? request.Metadata.CreationTimestamp ?? now) + (done ? s_keepDecided : s_keepPending);
        return CertificateEnd(request) is { } expired && expired < end ? expired : end;
    }

    /// <summary>A certificate that is over is of no use to anybody.</summary>
    private static DateTimeOffset? CertificateEnd(CertificateSigningRequest request)
    {
        if (request.Status.Certificate is not { Length: > 0 } pem)
            return null;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pem));
            return certificate.NotAfter.ToUniversalTime();
        }
        catch (CryptographicException)
        {
            // Whatever its signer put there: it is kept for the hour that others are.
            return null;
        }
    }
}
