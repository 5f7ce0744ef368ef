using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LiteKube.Api.Validation;

/// <summary>Whether bytes are certificates in PEM, in the words of those who could not load them.</summary>
public static class CaBundle
{
    /// <summary>What is wrong; null where there is at least one certificate and every one before it could be read.</summary>
    public static string? ProblemOf(ReadOnlySpan<byte> bundle)
    {
        const string prefix = "unable to load root certificates: ";
        var rest = Encoding.Latin1.GetString(bundle).AsSpan();
        var any = false;
        while (!rest.IsEmpty)
        {
            if (!PemEncoding.TryFind(rest, out var fields))
                return any ? null : prefix + "unable to parse bytes as PEM block";
            if (rest[fields.Label] is "CERTIFICATE")
            {
                if (!IsCertificate(rest[fields.Base64Data]))
                    return any ? null : prefix + "failed to parse certificate: x509: malformed certificate";
                any = true;
            }

            rest = rest[fields.Location.End..];
        }

        return any ? null : prefix + "no valid certificate authority data seen";
    }

    private static bool IsCertificate(ReadOnlySpan<char> base64)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(base64.ToString()));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
