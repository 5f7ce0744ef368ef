using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Api.Security;

/// <summary>Who a certificate's subject names: the user is its common name, the groups are its organizations.</summary>
public sealed record CertificateUser(string Name, IReadOnlyList<string> Groups)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    /// <summary>The name is empty where the subject has none. Several values may stand in one part: so Go writes organizations.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The subject is not well-formed.</exception>
    public static CertificateUser Of(X500DistinguishedName subject)
    {
        var name = "";
        var groups = new List<string>();
        try
        {
            var parts = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
            while (parts.HasData)
            {
                var part = parts.ReadSetOf(skipSortOrderValidation: true);
                while (part.HasData)
                {
                    var pair = part.ReadSequence();
                    var type = pair.ReadObjectIdentifier();
                    if (type == CommonName)
                        name = Text(pair);
                    else if (type == Organization)
                        groups.Add(Text(pair));
                }
            }
        }
        catch (AsnContentException e)
        {
            throw new System.Security.Cryptography.CryptographicException("the certificate's subject is not well-formed", e);
        }

        return new CertificateUser(name, groups);
    }

    private static string Text(AsnReader pair) => pair.ReadCharacterString((UniversalTagNumber)pair.PeekTag().TagValue);
}
