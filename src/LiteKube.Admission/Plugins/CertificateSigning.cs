using System.Text.Json.Nodes;
using LiteKube.Api.Certificates.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>Who writes a certificate or a condition into a CertificateSigningRequest's status must have the verb sign on its signer.</summary>
internal sealed class CertificateSigning(IAdmissionAuthorizer authorizer) : IAdmissionPlugin
{
    public string Name => "CertificateSigning";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Update && request.Is(CertificateSigningRequest.Resource, "status");

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var before = request.OldObject.Child("status");
        var after = request.Object.Child("status");
        if (before.Text("certificate") == after.Text("certificate") && JsonNode.DeepEquals(before.Items("conditions"), after.Items("conditions")))
            return;
        var signer = request.OldObject.Child("spec").Text("signerName") ?? "";
        if (!await SignerPermission.HasAsync(authorizer, request.User, "sign", signer, cancellationToken))
            throw Denial.Of(request, $"user not permitted to sign requests with signerName \"{signer}\"");
    }
}
