using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LiteKube.ApiServer.Streaming;
using LiteKube.Security.Pki;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Streaming;

public sealed class BackendConnectionsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-backends-").FullName;
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ClusterPki _pki;

    public BackendConnectionsTests()
    {
        _pki = ClusterPki.Open(_directory, _time);
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _pki.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_node_beside_the_server_is_not_dialled_and_is_shown_the_servers_certificate()
    {
        using var stream = new MemoryStream();
        var own = new OwnNode("own", stream);
        using var connections = new BackendConnections(new NoDialer(), _pki, own);

        Assert.Same(stream, await connections.ConnectAsync(new Backend(true, "192.0.2.1", 10250, "own"), default));
        Assert.Same(_pki.KubeletClient.Current, own.Shown);
    }

    [Fact]
    public async Task What_only_claims_the_address_of_the_node_beside_the_server_is_dialled()
    {
        using var stream = new MemoryStream();
        using var connections = new BackendConnections(new NoDialer(), _pki, new OwnNode("own", stream));

        await Assert.ThrowsAsync<NoDialer.DialledException>(async () => await connections.ConnectAsync(new Backend(true, "192.0.2.1", 10250, "other"), default));
        await Assert.ThrowsAsync<NoDialer.DialledException>(async () => await connections.ConnectAsync(new Backend(true, "192.0.2.1", 10250, null), default));
    }

    [Fact]
    public async Task Nodes_are_shown_a_renewed_certificate_from_the_next_connection_on()
    {
        using var connections = new BackendConnections(new TcpDialer(), _pki);
        var first = await ShownAsync(connections);
        Assert.Equal(_pki.KubeletClient.Current.SerialNumber, first);
        Assert.Equal(first, await ShownAsync(connections));

        _time.Advance(TimeSpan.FromDays(300));

        var renewed = await ShownAsync(connections);
        Assert.NotEqual(first, renewed);
        Assert.Equal(_pki.KubeletClient.Current.SerialNumber, renewed);
    }

    /// <summary>The serial number of what a node sees of the API server.</summary>
    private async Task<string?> ShownAsync(BackendConnections connections)
    {
        using var serving = _pki.ServerCa.Issue(new CertificateSubject("node") { Addresses = [IPAddress.Loopback] }, CertificateUsage.ServerAuth);
        var accepting = _listener.AcceptSocketAsync();
        var connecting = connections.ConnectAsync(new Backend(true, "127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, "node"), default);
        await using var node = new SslStream(new NetworkStream(await accepting, ownsSocket: true));
        await node.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = serving, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, _, _, _) => true });
        await using var ours = await connecting;
        return (node.RemoteCertificate as X509Certificate2)?.SerialNumber;
    }

    private sealed class OwnNode(string name, Stream stream) : IOwnNode
    {
        public X509Certificate2? Shown { get; private set; }

        public Stream? Connect(string node, X509Certificate2 shown)
        {
            if (node != name)
                return null;
            Shown = shown;
            return stream;
        }
    }

    private sealed class NoDialer : IBackendDialer
    {
        public ValueTask<Stream> DialPodAsync(string address, int port, CancellationToken cancellationToken) => throw new DialledException();

        public ValueTask<Stream> DialNodeAsync(string node, string address, int port, CancellationToken cancellationToken) => throw new DialledException();

        public sealed class DialledException : Exception;
    }
}
