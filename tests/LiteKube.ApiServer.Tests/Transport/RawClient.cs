using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LiteKube.ApiServer.Tests.Transport;

/// <summary>HTTP/1.1 over TLS by hand, for what a well-behaved client never does.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private SslStream? _tls;

    public static async Task<RawClient> ConnectAsync(Uri address, X509Certificate2? certificate)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(address.Host, address.Port);
        if (certificate is not null)
        {
            client._tls = new SslStream(client._tcp.GetStream());
            await client._tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificates = [certificate],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
        }

        return client;
    }

    public Stream Stream => _tls ?? (Stream)_tcp.GetStream();

    public Task GetAsync(string path) => Stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).AsTask();

    /// <summary>Of the next answer, which must have a Content-Length.</summary>
    public async Task<(string Head, byte[] Body)> AnswerAsync()
    {
        var head = await HeadAsync();
        var length = head.Split("\r\n").First(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))[16..];
        var body = new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
        await Stream.ReadExactlyAsync(body);
        return (head, body);
    }

    public async Task<string> HeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await Stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    public void Dispose()
    {
        _tls?.Dispose();
        _tcp.Dispose();
    }
}
