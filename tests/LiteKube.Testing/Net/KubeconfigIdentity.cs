using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LiteKube.Testing;

/// <summary>The client certificate of a kubeconfig that LiteKube wrote.</summary>
public static class KubeconfigIdentity
{
    /// <exception cref="FormatException">The file is not whole yet.</exception>
    public static X509Certificate2 Read(string path)
    {
        var text = File.ReadAllText(path);
        using var pem = X509Certificate2.CreateFromPem(Member("client-certificate-data"), Member("client-key-data"));
        return new X509Certificate2(pem);

        string Member(string name)
        {
            var from = text.IndexOf(name + ": ", StringComparison.Ordinal);
            if (from < 0)
                throw new FormatException($"{path} has no {name}");
            from += name.Length + 2;
            return Encoding.ASCII.GetString(Convert.FromBase64String(text[from..text.IndexOf('\n', from)].Trim()));
        }
    }
}
