using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api.Security;

namespace LiteKube.Security.Signing;

/// <summary>A PKCS #10 request as read from a CertificateSigningRequest, its own signature verified.</summary>
internal sealed class SigningRequest
{
    private const string AlternativeNamesOid = "2.5.29.17";

    private SigningRequest(CertificateRequest request)
    {
        Subject = request.SubjectName;
        User = CertificateUser.Of(request.SubjectName);
        PublicKey = request.PublicKey;
        if (request.CertificateExtensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNamesOid) is not { } extension)
            return;
        var names = new X509SubjectAlternativeNameExtension(extension.RawData, extension.Critical);
        AlternativeNames = names;
        DnsNames = [.. names.EnumerateDnsNames()];
        Addresses = [.. names.EnumerateIPAddresses()];
        HasOtherNames = CountNames(extension.RawData) != DnsNames.Count + Addresses.Count;
    }

    public X500DistinguishedName Subject { get; }

    public CertificateUser User { get; }

    public PublicKey PublicKey { get; }

    public X509Extension? AlternativeNames { get; }

    public IReadOnlyList<string> DnsNames { get; } = [];

    public IReadOnlyList<IPAddress> Addresses { get; } = [];

    /// <summary>Mail addresses, URIs and stranger forms.</summary>
    public bool HasOtherNames { get; }

    public bool HasAlternativeNames => DnsNames.Count > 0 || Addresses.Count > 0 || HasOtherNames;

    public static SigningRequest? TryParse(byte[] pem, out string error)
    {
        try
        {
            error = "";
            return new SigningRequest(CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(pem), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or AsnContentException)
        {
            error = $"unable to parse csr: {e.Message}";
            return null;
        }
    }

    private static int CountNames(byte[] extension)
    {
        var count = 0;
        var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        for (; names.HasData; count++)
            names.ReadEncodedValue();
        return count;
    }
}
