using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Security.Files;

namespace LiteKube.Security.Pki;

/// <summary>A kubeconfig with one cluster, one user and everything embedded.</summary>
public static class Kubeconfig
{
    /// <summary>Writes the file, mode 0600, where its content would differ; says whether it did.</summary>
    public static bool Write(string path, string server, string authorityPem, X509Certificate2 client) =>
        DurableFiles.WriteIfChanged(new DurableFile(Path.GetFullPath(path), Encoding.UTF8.GetBytes(Render(server, authorityPem, client)), DurableFile.Private));

    public static string Render(string server, string authorityPem, X509Certificate2 client)
    {
        using var key = (AsymmetricAlgorithm?)client.GetECDsaPrivateKey() ?? client.GetRSAPrivateKey() ?? throw new ArgumentException("the client certificate has no private key", nameof(client));
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: default
              cluster:
                server: {server}
                certificate-authority-data: {Base64(authorityPem)}
            users:
            - name: default
              user:
                client-certificate-data: {Base64(client.ExportCertificatePem() + "\n")}
                client-key-data: {Base64(key.ExportPkcs8PrivateKeyPem() + "\n")}
            contexts:
            - name: default
              context:
                cluster: default
                user: default
            current-context: default

            """;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
