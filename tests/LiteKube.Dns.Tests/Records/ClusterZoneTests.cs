using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Records;
using LiteKube.Dns.Server;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Tests.Records;

public sealed class ClusterZoneTests
{
    private const string Soa = "cluster.local 5 SOA";
    private readonly DnsOptions _options = new();
    private readonly FakeObjects _objects = FakeObjects.Sample();
    private readonly ClusterZone _zone;

    public ClusterZoneTests() => _zone = new ClusterZone(_options, _objects);

    [Theory]
    [InlineData("kubernetes.default.svc.cluster.local", DnsType.A, "kubernetes.default.svc.cluster.local 5 A 10.43.0.1")]
    [InlineData("web.shop.svc.cluster.local", DnsType.A, "web.shop.svc.cluster.local 5 A 10.43.0.50")]
    [InlineData("WEB.Shop.SVC.cluster.LOCAL", DnsType.A, "web.shop.svc.cluster.local 5 A 10.43.0.50")]
    [InlineData("_http._tcp.web.shop.svc.cluster.local", DnsType.Srv, "_http._tcp.web.shop.svc.cluster.local 5 SRV 0 100 80 web.shop.svc.cluster.local")]
    [InlineData("db-0.db.shop.svc.cluster.local", DnsType.A, "db-0.db.shop.svc.cluster.local 5 A 10.42.0.7")]
    [InlineData("10-42-1-8.db.shop.svc.cluster.local", DnsType.A, "10-42-1-8.db.shop.svc.cluster.local 5 A 10.42.1.8")]
    [InlineData("10-42-0-9.shop.pod.cluster.local", DnsType.A, "10-42-0-9.shop.pod.cluster.local 5 A 10.42.0.9")]
    [InlineData("dns-version.cluster.local", DnsType.Txt, "dns-version.cluster.local 5 TXT 1.1.0")]
    [InlineData("50.0.43.10.in-addr.arpa", DnsType.Ptr, "50.0.43.10.in-addr.arpa 5 PTR web.shop.svc.cluster.local")]
    [InlineData("7.0.42.10.in-addr.arpa", DnsType.Ptr, "7.0.42.10.in-addr.arpa 5 PTR db-0.db.shop.svc.cluster.local")]
    [InlineData("8.1.42.10.in-addr.arpa", DnsType.Ptr, "8.1.42.10.in-addr.arpa 5 PTR 10-42-1-8.db.shop.svc.cluster.local")]
    [InlineData("cluster.local", DnsType.Soa, Soa)]
    [InlineData("ns.dns.cluster.local", DnsType.A, "ns.dns.cluster.local 5 A 10.43.0.10")]
    public async Task A_name_that_exists_has_its_record(string name, ushort type, string expected)
    {
        var answer = await AskAsync(name, type);

        Assert.Equal([expected], answer.Answers);
        Assert.Equal(0, answer.Code);
        Assert.True(answer.IsAuthoritative);
        Assert.Empty(answer.Authority);
    }

    [Theory]
    [InlineData("web.shop.svc.cluster.local", DnsType.Aaaa)]
    [InlineData("web.shop.svc.cluster.local", DnsType.Txt)]
    [InlineData("_tcp.web.shop.svc.cluster.local", DnsType.A)]
    [InlineData("_http._tcp.web.shop.svc.cluster.local", DnsType.A)]
    [InlineData("shop.svc.cluster.local", DnsType.A)]
    [InlineData("svc.cluster.local", DnsType.A)]
    [InlineData("cluster.local", DnsType.A)]
    [InlineData("10-42-0-9.shop.pod.cluster.local", DnsType.Aaaa)]
    [InlineData("50.0.43.10.in-addr.arpa", DnsType.A)]
    public async Task A_name_without_that_type_is_no_error_and_empty(string name, ushort type)
    {
        var answer = await AskAsync(name, type);

        Assert.Equal((0, 0), (answer.Code, answer.Answers.Count));
        Assert.Equal([Soa], answer.Authority);
    }

    [Theory]
    [InlineData("nobody.shop.svc.cluster.local")]
    [InlineData("web.nowhere.svc.cluster.local")]
    [InlineData("nowhere.svc.cluster.local")]
    [InlineData("_http._udp.web.shop.svc.cluster.local")]
    [InlineData("db-9.db.shop.svc.cluster.local")]
    [InlineData("db-0.web.shop.svc.cluster.local")]
    [InlineData("a.b.c.d.web.shop.svc.cluster.local")]
    [InlineData("other.cluster.local")]
    [InlineData("nonsense.shop.pod.cluster.local")]
    [InlineData("99.0.42.10.in-addr.arpa")]
    public async Task A_name_that_does_not_exist_says_so_with_the_SOA(string name)
    {
        var answer = await AskAsync(name, DnsType.A);

        Assert.Equal((3, 0), (answer.Code, answer.Answers.Count));
        Assert.Equal([Soa], answer.Authority);
    }

    [Fact]
    public async Task A_headless_service_has_its_ready_endpoints_in_turns()
    {
        var first = await AskAsync("db.shop.svc.cluster.local", DnsType.A);
        var second = await AskAsync("db.shop.svc.cluster.local", DnsType.A);

        string[] expected = ["db.shop.svc.cluster.local 5 A 10.42.0.7", "db.shop.svc.cluster.local 5 A 10.42.1.8"];
        Assert.Equal(expected, first.Answers.Order());
        Assert.Equal(expected, second.Answers.Order());
        Assert.NotEqual(first.Answers, second.Answers);
    }

    [Fact]
    public async Task A_headless_port_names_each_endpoint_and_its_address()
    {
        var answer = await AskAsync("_sql._tcp.db.shop.svc.cluster.local", DnsType.Srv);

        Assert.Equal(
            ["_sql._tcp.db.shop.svc.cluster.local 5 SRV 0 50 5432 10-42-1-8.db.shop.svc.cluster.local", "_sql._tcp.db.shop.svc.cluster.local 5 SRV 0 50 5432 db-0.db.shop.svc.cluster.local"],
            answer.Answers.Order());
        Assert.Equal(["10-42-1-8.db.shop.svc.cluster.local 5 A 10.42.1.8", "db-0.db.shop.svc.cluster.local 5 A 10.42.0.7"], answer.Additional.Order());
    }

    [Fact]
    public async Task An_external_name_is_an_alias_with_the_addresses_from_upstream()
    {
        var answer = await AskAsync("outside.shop.svc.cluster.local", DnsType.A, new FakeUpstreams("192.0.2.10"));

        Assert.Equal(["outside.shop.svc.cluster.local 5 CNAME example.org", "example.org 5 A 192.0.2.10"], answer.Answers);
    }

    [Fact]
    public async Task An_external_name_without_upstream_is_the_alias_alone()
    {
        Assert.Equal(["outside.shop.svc.cluster.local 5 CNAME example.org"], (await AskAsync("outside.shop.svc.cluster.local", DnsType.A)).Answers);
        Assert.Equal(["outside.shop.svc.cluster.local 5 CNAME example.org"], (await AskAsync("outside.shop.svc.cluster.local", DnsType.Cname)).Answers);
    }

    [Fact]
    public async Task An_external_name_inside_the_cluster_is_followed_but_not_in_rings()
    {
        Assert.Equal(["inside.shop.svc.cluster.local 5 CNAME web.shop.svc.cluster.local", "web.shop.svc.cluster.local 5 A 10.43.0.50"], (await AskAsync("inside.shop.svc.cluster.local", DnsType.A)).Answers);
        Assert.All((await AskAsync("ring.shop.svc.cluster.local", DnsType.A)).Answers, record => Assert.Equal("ring.shop.svc.cluster.local 5 CNAME ring.shop.svc.cluster.local", record));
    }

    [Fact]
    public async Task Before_everything_is_known_nothing_is_said_not_to_exist()
    {
        _objects.IsComplete = false;

        var answer = await AskAsync("web.shop.svc.cluster.local", DnsType.A);

        Assert.Equal(2, answer.Code);
        Assert.Empty(answer.Authority);
    }

    [Theory]
    [InlineData("example.org", DnsType.A)]
    [InlineData("notcluster.local", DnsType.A)]
    [InlineData("8.8.8.8.in-addr.arpa", DnsType.Ptr)]
    public void Names_of_others_are_left_to_the_upstreams(string name, ushort type) =>
        Assert.Null(_zone.Answer(name, type));

    [Fact]
    public async Task Without_upstreams_other_names_fail_at_once()
    {
        var answer = await AskAsync("example.org", DnsType.A);

        Assert.Equal(2, answer.Code);
    }

    private async Task<ParsedAnswer> AskAsync(string name, ushort type, IUpstreams? upstreams = null)
    {
        var responder = new DnsResponder(_options, _zone, upstreams ?? new FakeUpstreams());
        var request = TestMessages.Query(name, type);
        var buffer = new byte[DnsResponder.MaxMessage];
        var size = responder.TryRespond(request, buffer, isUdp: true);
        return TestMessages.Parse(size is { } known ? buffer.AsSpan(0, known) : (await responder.RespondAsync(request, isUdp: true, CancellationToken.None)).Span);
    }
}
