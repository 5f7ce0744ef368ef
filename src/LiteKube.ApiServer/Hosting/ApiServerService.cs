using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.ApiServer.Bootstrap;
using LiteKube.ApiServer.Transport;
using LiteKube.Security.Pki;
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

namespace LiteKube.ApiServer.Hosting;

/// <summary>Opens the socket, then makes sure of the cluster's first objects. Stops by letting requests finish.</summary>
internal sealed partial class ApiServerService(
    ApiServerOptions options, HttpApplication application, ServingCertificate certificates, ClusterPki pki, ClusterBootstrap bootstrap, ReadySignal ready,
    FlushPace pace, ILoggerFactory logs) : IHostedService, IDisposable
{
    /// <summary>How long requests under way have when the server stops. Watches end at once, tunnels are cut after it.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    /// <summary>What may wait for a slow client, per response. Larger than Kestrel's 64 KiB, so that a list is handed on in few turns.</summary>
    private const int ResponseBuffer = 1024 * 1024;

    private static readonly List<SslApplicationProtocol> s_protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private WebApplication? _kestrel;
    private IServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _kestrel = BuildKestrel();
            _server = _kestrel.Services.GetRequiredService<IServer>();
            await _server.StartAsync(application, cancellationToken);
            var port = PortOf(_server);
            Listening(logs.CreateLogger<ApiServerService>(), options.ListenAddress, port);
            await bootstrap.RunAsync(port, cancellationToken);
            ready.Set(port);
        }
        catch (Exception e)
        {
            ready.Fail(e);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        ready.Stop();
        if (_server is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_drain);
        await _server.StopAsync(limit.Token);
    }

    public void Dispose()
    {
        _server?.Dispose();
        (_kestrel as IDisposable)?.Dispose();
    }

    /// <summary>Only for the services that Kestrel needs; the pipeline of this web application is never built.</summary>
    private WebApplication BuildKestrel()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        // Kestrel takes the last.
        builder.Services.AddSingleton<IConnectionListenerFactory>(new TlsListenerFactory(pace, logs));
        return builder.Build();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.ResponseHeaderEncodingSelector = name => name == "Warning" ? Encoding.UTF8 : null!;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxResponseBufferSize = ResponseBuffer;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        // Any address means both families where the machine has both, and IPv4 alone where it has not.
        if (options.ListenAddress.Equals(IPAddress.IPv6Any))
            kestrel.ListenAnyIP(options.Port, Configure);
        else
            kestrel.Listen(options.ListenAddress, options.Port, Configure);
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => ((TlsConnection)connection).RunAsync(TlsOptions(connection.LocalEndPoint), next));
        // Finds the connection encrypted and leaves it alone; without it Kestrel would not offer HTTP/2 here.
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = context => ValueTask.FromResult(TlsOptions(context.Connection.LocalEndPoint)) });
    }

    /// <summary>Asked at each handshake, so certificates change while the server runs. Client certificates are the authenticator's to judge.</summary>
    private SslServerAuthenticationOptions TlsOptions(EndPoint? local) => new()
    {
        ServerCertificateContext = certificates.ContextFor((local as IPEndPoint)?.Address),
        ApplicationProtocols = s_protocols,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
        CertificateChainPolicy = ClientChain(),
    };

    /// <summary>SslStream builds a chain whether or not anybody looks at it; by the cluster's own authority that takes a third of what the machine's store takes.</summary>
    private X509ChainPolicy ClientChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { pki.ClientCa.PublicCertificate },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private static int PortOf(IServer server) =>
        new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal)).Port;

    [LoggerMessage(LogLevel.Information, "API server listening on https://{Address}:{Port}")]
    private static partial void Listening(ILogger log, IPAddress address, int port);
}
