using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Security;

namespace LiteKube.Admission.Plugins;

/// <summary>No one is made master of the cluster by way of a CertificateSigningRequest.</summary>
internal sealed class CertificateSubjectRestriction : IAdmissionPlugin
{
    private const string ClientSigner = "kubernetes.io/kube-apiserver-client";

    public string Name => "CertificateSubjectRestriction";

    public bool Handles(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Create && request.Is(CertificateSigningRequest.Resource) && request.Object.Child("spec").Text("signerName") == ClientSigner;

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var pem = System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(request.Object.Child("spec").Text("request") ?? ""));
            var asked = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256);
            if (CertificateUser.Of(asked.SubjectName).Groups.Contains(UserInfo.MastersGroup))
                throw Denial.Of(request, $"use of {ClientSigner} signer with {UserInfo.MastersGroup} group is not allowed");
        }
        catch (Exception e) when (e is FormatException or ArgumentException or CryptographicException)
        {
            throw Denial.Of(request, $"unable to parse CSR: {e.Message}");
        }

        return ValueTask.CompletedTask;
    }
}
