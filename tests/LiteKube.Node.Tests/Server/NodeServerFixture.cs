using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Runtime;
using LiteKube.Node.Server;
using LiteKube.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Node.Tests.Server;

/// <summary>A node's server on a free port of the loopback, before a fake engine with one running pod, <c>default/web</c>.</summary>
public sealed class NodeServerFixture : IAsyncLifetime, IAsyncDisposable
{
    public const string Uid = "11111111-2222-3333-4444-555555555555";

    private readonly List<TestCertificates> _replaced = [];
    private readonly X509Certificate2 _client;
    private readonly TestPods _pods = new();
    private NodeServer? _server;

    public NodeServerFixture() => _client = Certificates.IssueClient("O=system:masters, CN=system:apiserver");

    public FakeRuntime Runtime { get; } = new();

    /// <summary>What the server shows and believes now.</summary>
    internal TestCertificates Certificates { get; private set; } = new();

    internal TestPods Pods => _pods;

    /// <summary>Set before the start.</summary>
    public TimeSpan StreamCreationTimeout { get; set; } = TimeSpan.FromSeconds(90);

    public string Container { get; private set; } = "";

    public string Sandbox { get; private set; } = "";

    public int Port => _server!.Port;

    public PodIdentity Identity { get; } = new(Uid, "default", "web");

    public async Task InitializeAsync()
    {
        Sandbox = await Runtime.CreateSandboxAsync(new SandboxConfig(Identity, 0, "web") { HostNetwork = true }, default);
        Container = await Runtime.CreateContainerAsync(Sandbox, new ContainerConfig(Identity, "app", 0, "app:1", ""), default);
        await Runtime.StartContainerAsync(Container, default);
        _pods.Add(NewPod(), Sandbox);
        _pods.Add(Uid, "app", Container);
        _server = new NodeServer(
            new NodeServerOptions(() => Certificates.Serving, () => [Certificates.Authority]) { Address = IPAddress.Loopback, Port = 0, NodeName = "test", StreamCreationTimeout = StreamCreationTimeout },
            _pods,
            Runtime,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await _server.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync(new CancellationToken(canceled: true));
            await _server.DisposeAsync();
        }

        await Runtime.DisposeAsync();
        _client.Dispose();
        Certificates.Dispose();
        _replaced.ForEach(c => c.Dispose());
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    /// <summary>Gives the server, which runs on, a new authority and a new certificate by it.</summary>
    public void ReplaceCertificates()
    {
        _replaced.Add(Certificates);
        Certificates = new TestCertificates();
    }

    /// <summary>Ends the server before the fixture is.</summary>
    public Task StopAsync() => _server!.StopAsync(new CancellationToken(canceled: true));

    /// <summary>A connection from the server's own process.</summary>
    public Stream? Connect(X509Certificate2 shown) => _server!.Connect(shown);

    /// <summary>A client in the server's own process.</summary>
    public HttpClient NewOwnClient(X509Certificate2 shown) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = (_, _) => ValueTask.FromResult(Connect(shown) ?? throw new IOException("the server does not run")),
    })
    {
        BaseAddress = new Uri("http://node/"),
    };

    public HttpClient NewClient(string? subject = null, bool anonymous = false) => NewClient(anonymous ? null : subject is null ? _client : Certificates.IssueClient(subject));

    public HttpClient NewClient(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = IsServer,
                ClientCertificates = certificate is null ? null : [certificate],
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{Port}/") };
    }

    public async Task<ClientWebSocket> ConnectAsync(string path, params string[] protocols)
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = IsServer;
        socket.Options.ClientCertificates.Add(_client);
        foreach (var protocol in protocols)
            socket.Options.AddSubProtocol(protocol);
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{Port}/{path}"), default);
        return socket;
    }

    /// <summary>A bare TLS connection, for protocols that .NET has no client for.</summary>
    public async Task<SslStream> OpenTlsAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), false, IsServer);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", ClientCertificates = [_client] });
        return tls;
    }

    /// <summary>A WebSocket with one sub-protocol of any name, also of those that ClientWebSocket refuses.</summary>
    public async Task<(WebSocket? Socket, string Head)> UpgradeAsync(string path, string protocol)
    {
        var tls = await OpenTlsAsync();
        var request = $"GET /{path} HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n";
        await tls.WriteAsync(Encoding.ASCII.GetBytes(request));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(one) == 1)
            head.Append((char)one[0]);
        return (head.ToString().StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) ? WebSocket.CreateFromStream(tls, new WebSocketCreationOptions { IsServer = false }) : null, head.ToString());
    }

    private static Pod NewPod() => new()
    {
        Metadata = new ObjectMeta { Name = "web", Namespace = "default", Uid = Uid },
        Spec = new PodSpec { Containers = [new Container { Name = "app" }, new Container { Name = "late" }] },
        Status = new PodStatus
        {
            ContainerStatuses =
            [
                new Api.Core.V1.ContainerStatus { Name = "app", State = new Api.Core.V1.ContainerState { Running = new ContainerStateRunning { StartedAt = DateTimeOffset.UtcNow } } },
                new Api.Core.V1.ContainerStatus { Name = "late", State = new Api.Core.V1.ContainerState { Waiting = new ContainerStateWaiting { Reason = "ImagePullBackOff" } } },
            ],
        },
    };

    private bool IsServer(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate?.GetCertHashString() == Certificates.Serving.GetCertHashString();
}
