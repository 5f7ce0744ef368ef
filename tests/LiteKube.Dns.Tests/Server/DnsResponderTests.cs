using System.Buffers.Binary;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Dns.Records;
using LiteKube.Dns.Server;
using LiteKube.Dns.Tests.Records;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Tests.Server;

public sealed class DnsResponderTests
{
    private readonly FakeObjects _objects = FakeObjects.Sample();
    private readonly byte[] _buffer = new byte[DnsResponder.MaxMessage];

    [Fact]
    public void The_answer_has_the_id_and_the_letters_of_the_question()
    {
        var request = TestMessages.Query("wEb.ShOp.svc.cluster.local", DnsType.A, id: 0xbeef);

        var answer = Respond(request);

        Assert.Equal(0xbeef, BinaryPrimitives.ReadUInt16BigEndian(answer));
        Assert.Equal(request[12..], answer[12..request.Length]);
    }

    [Fact]
    public void Compression_makes_an_address_record_sixteen_octets()
    {
        var request = TestMessages.Query("web.shop.svc.cluster.local", DnsType.A);

        Assert.Equal(request.Length + 16, Respond(request).Length);
    }

    [Theory]
    [InlineData(null, 512)]
    [InlineData(900, 900)]
    [InlineData(4096, 1232)]
    public void An_answer_too_large_for_a_datagram_is_truncated_but_whole_over_TCP(int? edns, int limit)
    {
        AddManyEndpoints(200);
        var request = TestMessages.Query("many.shop.svc.cluster.local", DnsType.A, edns: edns);

        var datagram = Respond(request);
        var stream = TestMessages.Parse(Respond(request, isUdp: false));

        Assert.True(datagram.Length <= limit);
        Assert.True(TestMessages.Parse(datagram).IsTruncated);
        Assert.Equal(200, stream.Answers.Count);
        Assert.False(stream.IsTruncated);
    }

    [Fact]
    public void With_EDNS_a_larger_answer_fits()
    {
        AddManyEndpoints(60);

        Assert.True(TestMessages.Parse(Respond(TestMessages.Query("many.shop.svc.cluster.local", DnsType.A))).IsTruncated);
        var answer = TestMessages.Parse(Respond(TestMessages.Query("many.shop.svc.cluster.local", DnsType.A, edns: 1232)));
        Assert.Equal(60, answer.Answers.Count);
        Assert.Equal(["OPT 1232 0"], answer.Additional);
    }

    [Fact]
    public void An_unknown_EDNS_version_is_named()
    {
        var answer = TestMessages.Parse(Respond(TestMessages.Query("web.shop.svc.cluster.local", DnsType.A, edns: 1232, ednsVersion: 1)));

        // 16 is split: low bits in the header, high bits in the OPT record.
        Assert.Equal(0, answer.Code);
        Assert.Equal(["OPT 1232 16777216"], answer.Additional);
    }

    [Fact]
    public void Malformed_requests_get_FORMERR_and_responses_nothing()
    {
        var malformed = TestMessages.Query("web.shop.svc.cluster.local", DnsType.A)[..20];
        var response = TestMessages.Query("web.shop.svc.cluster.local", DnsType.A);
        response[2] |= 0x80;

        var answer = Respond(malformed);

        Assert.Equal((12, 1), (answer.Length, answer[3] & 0xf));
        Assert.Empty(Respond(response));
        Assert.Empty(Respond([1, 2, 3]));
    }

    [Theory]
    [InlineData(0x28, 4)]
    [InlineData(0x10, 4)]
    public void Other_operations_are_not_implemented(byte flags, int expected)
    {
        var request = TestMessages.Query("web.shop.svc.cluster.local", DnsType.A);
        request[2] = flags;

        Assert.Equal(expected, TestMessages.Parse(Respond(request)).Code);
    }

    [Fact]
    public void Zone_transfers_are_refused() =>
        Assert.Equal(5, TestMessages.Parse(Respond(TestMessages.Query("cluster.local", 252))).Code);

    private byte[] Respond(byte[] request, bool isUdp = true)
    {
        var options = new DnsOptions();
        var size = new DnsResponder(options, new ClusterZone(options, _objects), new FakeUpstreams()).TryRespond(request, _buffer, isUdp);
        Assert.NotNull(size);
        return _buffer[..size.Value];
    }

    private void AddManyEndpoints(int count)
    {
        _objects.AllServices.Add(_objects.AllServices.Single(service => service.Metadata.Name == "db") with { Metadata = new ObjectMeta { Namespace = "shop", Name = "many" } });
        _objects.AllSlices.Add(new EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = "shop", Name = "many-1", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "many" } },
            AddressType = "IPv4",
            Endpoints = [.. Enumerable.Range(1, count).Select(i => new Endpoint { Addresses = [$"10.42.3.{i}"] })],
        });
    }
}
