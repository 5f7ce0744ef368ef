using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Dns.Server;

/// <summary>
/// Keeps Service kube-system/kube-dns in existence. It has no selector and no endpoints: every node answers at its ClusterIP itself.
/// It stands in the API so that its address is taken, and for programs that look the DNS server up.
/// </summary>
internal sealed partial class DnsServicePublisher(DnsOptions options, InformerFactory informers, IApiTransportFactory transports, TimeProvider time, ILogger<DnsServicePublisher> logger) : BackgroundService
{
    private const string Namespace = "kube-system";
    private const string Name = "kube-dns";
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.EnsureService)
            return;
        var services = informers.Of<Service>();
        using var gone = new SemaphoreSlim(0);
        using var subscription = services.Subscribe((old, current) =>
        {
            if (current is null && old is { Metadata: { Namespace: Namespace, Name: Name } })
                gone.Release();
        });
        try
        {
            await services.HasSynced.WaitAsync(stoppingToken).ConfigureAwait(false);
            var client = new KubeClient(transports.For(new ClientIdentity("system:apiserver", "system:masters")));
            while (true)
            {
                if (services.Get(Namespace, Name) is null)
                    await CreateAsync(client, stoppingToken).ConfigureAwait(false);
                await gone.WaitAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Service stays.
        }
    }

    private async Task CreateAsync(KubeClient client, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await client.CreateAsync(Desired(), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.Reason == StatusReason.AlreadyExists)
            {
                return;
            }
            catch (Exception e) when (e is ApiException or IOException or HttpRequestException)
            {
                LogCannotCreate(e.Message, s_retry.TotalSeconds);
            }

            await Task.Delay(s_retry, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private Service Desired() => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = Namespace,
            Name = Name,
            Labels = new Dictionary<string, string> { ["k8s-app"] = Name, ["kubernetes.io/cluster-service"] = "true", ["kubernetes.io/name"] = "LiteKube" },
        },
        Spec = new ServiceSpec
        {
            ClusterIP = options.Address.ToString(),
            ClusterIPs = [options.Address.ToString()],
            Ports =
            [
                new ServicePort { Name = "dns", Port = options.Port, Protocol = "UDP", TargetPort = options.Port },
                new ServicePort { Name = "dns-tcp", Port = options.Port, Protocol = "TCP", TargetPort = options.Port },
            ],
        },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Service kube-system/kube-dns cannot be created: {Problem}. Trying again in {Delay} s")]
    private partial void LogCannotCreate(string problem, double delay);
}
