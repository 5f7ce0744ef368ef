using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Node.Server;

/// <summary>
/// Who calls, by the subject of a client certificate as Kubernetes reads it: common name = user, organizations = groups
/// (kubernetes.io/docs/reference/access-authn-authz/authentication).
/// </summary>
public static class ApiServerClientCertificate
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string ApiServerUser = "kube-apiserver-kubelet-client";

    /// <summary>The API server's own client, or anyone whose groups may do everything or everything with nodes' servers.</summary>
    public static bool IsApiServer(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        foreach (var name in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (name.HasMultipleElements)
            {
                if (ContainsGroup(name.RawData))
                    return true;
                continue;
            }

            var value = name.GetSingleElementValue();
            if (name.GetSingleElementType().Value == CommonName && value == ApiServerUser)
                return true;
            if (name.GetSingleElementType().Value == Organization && IsTrusted(value))
                return true;
        }

        return false;
    }

    private static bool IsTrusted(string? group) => group is "system:masters" or "kubelet-api-admins";

    /// <summary>Go's x509 writes several organizations as one set: SET { SEQUENCE { OID, string } … }.</summary>
    private static bool ContainsGroup(ReadOnlyMemory<byte> relativeName)
    {
        var set = new AsnReader(relativeName, AsnEncodingRules.DER).ReadSetOf(skipSortOrderValidation: true);
        while (set.HasData)
        {
            var pair = set.ReadSequence();
            var type = pair.ReadObjectIdentifier();
            var tag = pair.PeekTag();
            var encoding = (UniversalTagNumber)tag.TagValue;
            if (type == Organization && encoding is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString && IsTrusted(pair.ReadCharacterString(encoding)))
                return true;
        }

        return false;
    }
}
