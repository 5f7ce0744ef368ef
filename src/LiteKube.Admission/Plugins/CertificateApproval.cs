using LiteKube.Api.Certificates.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>Who approves or denies a CertificateSigningRequest must have the verb approve on its signer.</summary>
internal sealed class CertificateApproval(IAdmissionAuthorizer authorizer) : IAdmissionPlugin
{
    public string Name => "CertificateApproval";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Update && request.Is(CertificateSigningRequest.Resource, "approval");

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var signer = request.OldObject.Child("spec").Text("signerName") ?? "";
        if (!await SignerPermission.HasAsync(authorizer, request.User, "approve", signer, cancellationToken))
            throw Denial.Of(request, $"user not permitted to approve requests with signerName \"{signer}\"");
    }
}
