using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Records;
using LiteKube.Dns.Server;
using LiteKube.Dns.Tests.Forwarding;
using LiteKube.Dns.Tests.Records;
using LiteKube.Dns.Wire;
using LiteKube.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Dns.Tests.Server;

public sealed class DnsServerTests : IDisposable
{
    private readonly FakeUpstreamServer _upstream = new(request => [TestMessages.Answer(request, 60, "192.0.2.1")]);
    private readonly CancellationTokenSource _stopping = new();
    private readonly DnsServer _server;
    private readonly Task _running;

    public DnsServerTests()
    {
        var options = new DnsOptions { Address = IPAddress.Loopback, Port = FreePort.Take(), Upstreams = [_upstream.EndPoint], UpstreamTimeout = TimeSpan.FromSeconds(90) };
        var time = TimeProvider.System;
        var responder = new DnsResponder(options, new ClusterZone(options, FakeObjects.Sample()), new Upstreams(options, new ResolvConf(options, time), time));
        _server = new DnsServer(options, responder, time, NullLogger.Instance);
        _server.Bind();
        _running = _server.RunAsync(_stopping.Token);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        Assert.True(_running.Wait(TimeSpan.FromSeconds(90)));
        _server.Dispose();
        _upstream.Dispose();
        _stopping.Dispose();
    }

    [Fact]
    public async Task Cluster_and_other_names_are_answered_over_UDP()
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.ConnectAsync(_server.EndPoint);

        Assert.Equal(["web.shop.svc.cluster.local 5 A 10.43.0.50"], (await AskAsync("web.shop.svc.cluster.local", 7)).Answers);
        var other = await AskAsync("Example.ORG", 8);
        Assert.Equal(["example.org 60 A 192.0.2.1"], other.Answers);
        Assert.Equal(8, other.Id);

        async Task<ParsedAnswer> AskAsync(string name, ushort id)
        {
            await client.SendAsync(TestMessages.Query(name, DnsType.A, id));
            var buffer = new byte[4096];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            var length = await client.ReceiveAsync(buffer, limit.Token);
            return TestMessages.Parse(buffer.AsSpan(0, length));
        }
    }

    [Fact]
    public async Task Several_questions_are_answered_on_one_TCP_connection()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.EndPoint);
        var stream = client.GetStream();
        foreach (var (name, expected) in ((string, string)[])[("web.shop.svc.cluster.local", "web.shop.svc.cluster.local 5 A 10.43.0.50"), ("example.org", "example.org 60 A 192.0.2.1"), ("kubernetes.default.svc.cluster.local", "kubernetes.default.svc.cluster.local 5 A 10.43.0.1")])
        {
            var request = TestMessages.Query(name, DnsType.A);
            await stream.WriteAsync((byte[])[0, (byte)request.Length, .. request]);
            var size = new byte[2];
            await stream.ReadExactlyAsync(size);
            var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(size)];
            await stream.ReadExactlyAsync(answer);
            Assert.Equal([expected], TestMessages.Parse(answer).Answers);
        }
    }

    [Fact]
    public void An_address_that_is_on_no_interface_yet_can_be_bound()
    {
        using var server = new DnsServer(new DnsOptions { Address = IPAddress.Parse("198.51.100.77"), Port = FreePort.Take() }, null!, TimeProvider.System, NullLogger.Instance);

        server.Bind();

        Assert.Equal("198.51.100.77", server.EndPoint.Address.ToString());
    }
}
