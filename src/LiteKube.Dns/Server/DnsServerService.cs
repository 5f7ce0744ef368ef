using System.Net.Sockets;
using LiteKube.Client;
using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Dns.Server;

/// <summary>The node's DNS server for as long as LiteKube runs.</summary>
internal sealed partial class DnsServerService(DnsOptions options, InformerFactory informers, TimeProvider time, ILogger<DnsServerService> logger) : BackgroundService
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var zone = new ClusterZone(options, new InformerObjects(informers));
        using var server = new DnsServer(options, new DnsResponder(options, zone, new Upstreams(options, new ResolvConf(options, time), time)), time, logger);
        try
        {
            while (!TryBind(server))
                await Task.Delay(s_retry, time, stoppingToken).ConfigureAwait(false);
            LogServing(options.Domain, options.Address, options.Port);
            await server.RunAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped before the port was free.
        }
    }

    private bool TryBind(DnsServer server)
    {
        try
        {
            server.Bind();
            return true;
        }
        catch (SocketException e)
        {
            LogCannotBind(options.Address, options.Port, e.Message, s_retry.TotalSeconds);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "DNS for {Domain} on {Address}:{Port}")]
    private partial void LogServing(string domain, System.Net.IPAddress address, int port);

    [LoggerMessage(Level = LogLevel.Error, Message = "DNS cannot listen on {Address}:{Port} ({Problem}), so pods cannot resolve names; trying again in {Delay} s. Another DNS server that listens on 0.0.0.0:{Port} must be bound to its own addresses instead (dnsmasq: bind-interfaces; named: listen-on)")]
    private partial void LogCannotBind(System.Net.IPAddress address, int port, string problem, double delay);
}
