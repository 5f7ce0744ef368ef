using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Security.Files;

namespace LiteKube.Security.Agent;

/// <summary>A node's certificates on disk, so that it comes up without its server.</summary>
internal sealed class NodeCertificateFiles(string directory)
{
    private const string ServerCa = "server-ca.crt";
    private const string ClientCa = "client-ca.crt";
    private const string Client = "client-kubelet";
    private const string Serving = "serving-kubelet";

    /// <summary>Null where there are none, or not all, or not readable: then the node joins anew.</summary>
    public NodeCertificates? Load()
    {
        string[] all = [ServerCa, ClientCa, Client + ".crt", Client + ".key", Serving + ".crt", Serving + ".key"];
        if (!all.All(f => File.Exists(At(f))))
            return null;
        try
        {
            return new NodeCertificates(
                X509CertificateLoader.LoadCertificateFromFile(At(ServerCa)),
                X509CertificateLoader.LoadCertificateFromFile(At(ClientCa)),
                X509Certificate2.CreateFromPemFile(At(Client + ".crt"), At(Client + ".key")),
                X509Certificate2.CreateFromPemFile(At(Serving + ".crt"), At(Serving + ".key")));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    public void Save(NodeCertificates certificates) => DurableFiles.Write(
    [
        .. Pair(Client, certificates.Client),
        .. Pair(Serving, certificates.Serving),
        new DurableFile(At(ClientCa), Pem(certificates.ClientCa), DurableFile.Public),
        new DurableFile(At(ServerCa), Pem(certificates.ServerCa), DurableFile.Public),
    ]);

    private string At(string name) => Path.Combine(directory, name);

    private IEnumerable<DurableFile> Pair(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        yield return new DurableFile(At(name + ".key"), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), DurableFile.Private);
        yield return new DurableFile(At(name + ".crt"), Pem(certificate), DurableFile.Public);
    }

    private static byte[] Pem(X509Certificate2 certificate) => Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n");
}
