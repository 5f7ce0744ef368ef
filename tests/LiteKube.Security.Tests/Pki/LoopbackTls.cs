using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Security.Tests.Pki;

/// <summary>One TLS handshake over loopback, each side checking the other as the platform does.</summary>
internal static class LoopbackTls
{
    /// <summary>The client certificate the server saw. The client trusts only <paramref name="trusted"/>, for that name.</summary>
    public static async Task<X509Certificate2?> HandshakeAsync(SslStreamCertificateContext serving, X509Certificate2 trusted, string name, X509Certificate2? client = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = AcceptAsync(listener, serving, client is not null);
        using var connection = new TcpClient();
        await connection.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        await using var stream = new SslStream(connection.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(trusted);
        var options = new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = policy };
        if (client is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(client, null, offline: true);
        try
        {
            await stream.AuthenticateAsClientAsync(options);
            await stream.WriteAsync(new byte[] { 1 });
        }
        catch
        {
            connection.Close();
            await Assert.ThrowsAnyAsync<Exception>(() => accepting);
            throw;
        }

        return await accepting;
    }

    private static async Task<X509Certificate2?> AcceptAsync(TcpListener listener, SslStreamCertificateContext serving, bool askClient)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(connection.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = serving,
            ClientCertificateRequired = askClient,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        var read = await stream.ReadAsync(new byte[1]);
        Assert.Equal(1, read);
        return stream.RemoteCertificate is null ? null : X509CertificateLoader.LoadCertificate(stream.RemoteCertificate.GetRawCertData());
    }
}
