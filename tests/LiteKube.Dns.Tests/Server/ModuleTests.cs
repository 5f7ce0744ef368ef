using System.Net;
using System.Net.Sockets;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Dns.Wire;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Dns.Tests.Server;

/// <summary>The module as the executable registers it, against an API in memory.</summary>
public sealed class ModuleTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);
    private readonly FakeApi _api = new(TimeProvider.System);
    private readonly DnsOptions _options = new() { Address = IPAddress.Loopback, Port = FreePort.Take(), ResolvConf = "/nonexistent", EnsureService = true };
    private IHost? _host;

    public async Task InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IApiTransportFactory>(_api);
        builder.Services.AddClient();
        builder.Services.AddDns(_options);
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task Objects_become_names_and_names_go_with_them()
    {
        _api.Add(new Service
        {
            Metadata = new ObjectMeta { Namespace = "shop", Name = "db" },
            Spec = new ServiceSpec { ClusterIP = "None", ClusterIPs = ["None"], Ports = [new ServicePort { Name = "sql", Port = 5432 }] },
        });
        _api.Add(new EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = "shop", Name = "db-1", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "db" } },
            AddressType = "IPv4",
            Endpoints = [new Endpoint { Addresses = ["10.42.0.7"], Hostname = "db-0" }],
        });

        await Until(async () => (await AskAsync("db.shop.svc.cluster.local", DnsType.A)).Answers is ["db.shop.svc.cluster.local 5 A 10.42.0.7"]);
        Assert.Equal(["7.0.42.10.in-addr.arpa 5 PTR db-0.db.shop.svc.cluster.local"], (await AskAsync("7.0.42.10.in-addr.arpa", DnsType.Ptr)).Answers);

        _api.Delete<Service>("shop", "db");
        await Until(async () => (await AskAsync("db.shop.svc.cluster.local", DnsType.A)).Code == 3);
    }

    [Fact]
    public async Task The_DNS_Service_exists_and_comes_back()
    {
        await Until(() => Task.FromResult(_api.Find<Service>("kube-system", "kube-dns") is not null));
        var service = _api.Find<Service>("kube-system", "kube-dns")!;
        Assert.Equal(_options.Address.ToString(), service.Spec.ClusterIP);
        Assert.Equal(["dns/UDP", "dns-tcp/TCP"], service.Spec.Ports.Select(port => $"{port.Name}/{port.Protocol}"));

        _api.Delete<Service>("kube-system", "kube-dns");
        await Until(() => Task.FromResult(_api.Find<Service>("kube-system", "kube-dns") is { } again && again.Metadata.Uid != service.Metadata.Uid));
    }

    private async Task<ParsedAnswer> AskAsync(string name, ushort type)
    {
        using var limit = new CancellationTokenSource(s_limit);
        using var client = new UdpClient();
        client.Connect(_options.Address, _options.Port);
        await client.SendAsync(TestMessages.Query(name, type), limit.Token);
        return TestMessages.Parse((await client.ReceiveAsync(limit.Token)).Buffer);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (SocketException)
            {
                // Not bound yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
