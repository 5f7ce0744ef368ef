using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Security.Files;

namespace LiteKube.Security.Pki;

/// <summary>
/// The key files under <c>server/tls</c>. What is missing is made, all in one durable write; a key is written before its certificate, so a start cut
/// short finds either both, or a key to make the certificate of.
/// </summary>
internal sealed class PkiFiles(string directory, TimeProvider clock)
{
    private readonly List<DurableFile> _pending = [];

    public X509Certificate2 Authority(string name, string commonName)
    {
        var certificatePath = Path.Combine(directory, name + ".crt");
        var keyPath = Path.Combine(directory, name + ".key");
        if (File.Exists(certificatePath))
            return LoadPair(certificatePath, keyPath);
        using var key = File.Exists(keyPath) ? LoadKey(keyPath) : NewKey(keyPath);
        var certificate = CertificateAuthority.SelfSigned(commonName, key, clock.GetUtcNow());
        _pending.Add(new DurableFile(certificatePath, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), DurableFile.Public));
        return certificate;
    }

    /// <summary>A leaf kept over restarts; made anew when due, foreign or damaged.</summary>
    public X509Certificate2 Leaf(string name, CertificateAuthority authority, CertificateSubject subject, CertificateUsage usage)
    {
        var certificatePath = Path.Combine(directory, name + ".crt");
        var keyPath = Path.Combine(directory, name + ".key");
        if (TryLoadPair(certificatePath, keyPath) is { } kept)
        {
            if (!CertificateLifetimes.IsDue(kept.NotAfter, clock.GetUtcNow()) && authority.Verifies(kept, null, usage, out _))
                return kept;
            kept.Dispose();
        }

        var certificate = authority.Issue(subject, usage);
        using var key = certificate.GetECDsaPrivateKey()!;
        _pending.Add(new DurableFile(keyPath, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), DurableFile.Private));
        _pending.Add(new DurableFile(certificatePath, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), DurableFile.Public));
        return certificate;
    }

    /// <summary>The PEM text of a private key, made where there is none.</summary>
    public string SigningKeyPem(string name)
    {
        var path = Path.Combine(directory, name + ".key");
        if (File.Exists(path))
            return File.ReadAllText(path);
        using var key = NewKey(path);
        return key.ExportPkcs8PrivateKeyPem();
    }

    public void Save()
    {
        if (_pending.Count > 0)
            DurableFiles.Write(_pending);
        _pending.Clear();
    }

    private ECDsa NewKey(string path)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _pending.Add(new DurableFile(path, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), DurableFile.Private));
        return key;
    }

    private static ECDsa LoadKey(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new PkiException($"{path} does not hold an ECDSA private key: {e.Message}. Restore it from a backup, or delete it and its certificate to have new ones made.", e);
        }
    }

    private static X509Certificate2? TryLoadPair(string certificatePath, string keyPath)
    {
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
            return null;
        try
        {
            return LoadPair(certificatePath, keyPath);
        }
        catch (PkiException)
        {
            // A leaf is easily made again.
            return null;
        }
    }

    private static X509Certificate2 LoadPair(string certificatePath, string keyPath)
    {
        if (!File.Exists(keyPath))
            throw new PkiException($"{certificatePath} is there, but its key {keyPath} is not. Restore the key from a backup, or delete the certificate to have a new pair made; what the old one signed is then refused.");
        try
        {
            return X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new PkiException($"{certificatePath} and {keyPath} are not a certificate and its key: {e.Message}. Restore them from a backup, or delete both to have a new pair made.", e);
        }
    }
}
