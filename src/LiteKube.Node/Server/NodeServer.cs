using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Node.Runtime;
using LiteKube.Node.Server.Connections;
using LiteKube.Node.Server.Logs;
using LiteKube.Node.Server.PortForward;
using LiteKube.Node.Server.Stats;
using LiteKube.Node.Server.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Server;

/// <summary>The kubelet's HTTPS API: logs, exec, attach, port-forward, and what the node knows of its pods and their use. Only the API server may call it.</summary>
public sealed partial class NodeServer : IHostedService, IAsyncDisposable
{
    private readonly NodeServerOptions _options;
    private readonly IPodDirectory _directory;
    private readonly IContainerRuntime _runtime;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly ServingContext _serving;
    private readonly ClientCertificateCheck _callers;
    private readonly OwnProcessListener _own;
    private WebApplication? _server;

    public NodeServer(NodeServerOptions options, IPodDirectory directory, IContainerRuntime runtime, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _directory = directory;
        _runtime = runtime;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<NodeServer>();
        _serving = new ServingContext(options.ServingCertificate);
        _callers = new ClientCertificateCheck(options.ClientAuthorities, time);
        _own = new OwnProcessListener(loggers);
    }

    /// <summary>The port that is listened on, once started.</summary>
    public int Port { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);

        // Beside Kestrel's own, which it would not register if there were one already.
        builder.Services.AddSingleton<IConnectionListenerFactory>(_own);
        var server = builder.Build();
        server.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        server.Run(BuildRoutes().HandleAsync);
        _server = server;
        await server.StartAsync(cancellationToken).ConfigureAwait(false);
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        LogListening(_options.Address, Port);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
            await _server.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A connection from this process, spared TLS. Nothing else is spared: the certificate shown decides what the caller may do, as on any other connection.</summary>
    /// <returns>The caller's end, for HTTP/1.1; null where the server does not run.</returns>
    public Stream? Connect(X509Certificate2 shown) => Port == 0 ? null : _own.Connect(_callers.IsValid(shown) ? shown : null);

    private NodeServerRoutes BuildRoutes()
    {
        var usage = new UsageReader(_directory, _runtime);
        return new NodeServerRoutes(
            new LogEndpoint(_directory, _runtime, _time),
            new CommandEndpoint(_directory, _runtime, _options, _time),
            new PortForwardEndpoint(_directory, _runtime, new PodDialer(), _options, _time),
            new PodsEndpoint(_directory),
            new SummaryEndpoint(usage, _runtime, _options, _time),
            new MetricsEndpoint(usage, _directory, _options, _time),
            _options);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;

        // Followed logs may be silent, and be read slowly, for hours.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(_options.Address, _options.Port, listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(TlsOptions()) }));
        kestrel.Listen(_own.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
    }

    /// <summary>Asked at each handshake, so that certificates and authorities change while the server runs. Without a certificate a caller gets 401, with a bad one nothing.</summary>
    private SslServerAuthenticationOptions TlsOptions() => new()
    {
        ServerCertificateContext = _serving.Current,
        ClientCertificateRequired = true,
        CertificateChainPolicy = _callers.Policy(),
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null || (shown is X509Certificate2 certificate && _callers.IsValid(certificate)),
    };

    [LoggerMessage(LogLevel.Information, "the node's API listens on {Address} port {Port}")]
    private partial void LogListening(IPAddress address, int port);
}
