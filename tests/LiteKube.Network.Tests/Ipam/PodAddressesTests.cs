using System.Net;
using LiteKube.Network.Cni;
using LiteKube.Network.Ipam;

namespace LiteKube.Network.Tests.Ipam;

public sealed class PodAddressesTests : IDisposable
{
    private static readonly IPNetwork s_cidr = IPNetwork.Parse("10.42.0.0/24");
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-ipam-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Network_gateway_and_broadcast_are_never_given()
    {
        var addresses = Open();
        addresses.UseCidr(s_cidr);

        var given = Enumerable.Range(0, 253).Select(i => addresses.Allocate("ns", $"pod{i}", $"sandbox{i}", []).Address.ToString()).ToList();

        Assert.Equal(253, given.Distinct().Count());
        Assert.DoesNotContain("10.42.0.0", given);
        Assert.DoesNotContain("10.42.0.1", given);
        Assert.DoesNotContain("10.42.0.255", given);
        Assert.Contains("all 253 addresses", Assert.Throws<InvalidOperationException>(() => addresses.Allocate("ns", "one-more", "one-more", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_freed_address_comes_back_last()
    {
        var addresses = Open();
        addresses.UseCidr(s_cidr);
        var first = addresses.Allocate("ns", "a", "a", []).Address;
        addresses.Release("a");

        var next = Enumerable.Range(0, 252).Select(i => addresses.Allocate("ns", "b", $"b{i}", []).Address).ToList();

        Assert.DoesNotContain(first, next);
        Assert.Equal(first, addresses.Allocate("ns", "c", "c", []).Address);
    }

    [Fact]
    public void After_any_history_of_restarts_no_address_is_held_twice()
    {
        var random = new Random(20260102);
        var addresses = Open();
        addresses.UseCidr(IPNetwork.Parse("10.42.7.0/28"));
        var held = new Dictionary<string, IPAddress>();
        for (var step = 0; step < 2000; step++)
        {
            if (random.Next(10) == 0)
                addresses = Open();
            if (held.Count < 13 && random.Next(2) == 0)
            {
                var sandbox = $"s{step}";
                var address = addresses.Allocate("ns", "pod", sandbox, []).Address;
                Assert.DoesNotContain(address, held.Values);
                held[sandbox] = address;
            }
            else if (held.Count > 0)
            {
                var sandbox = held.Keys.ElementAt(random.Next(held.Count));
                addresses.Release(sandbox);
                held.Remove(sandbox);
            }

            Assert.Equal(held.OrderBy(pair => pair.Key), addresses.Pods.ToDictionary(pod => pod.SandboxId, pod => pod.Address).OrderBy(pair => pair.Key));
        }
    }

    [Fact]
    public void Host_ports_survive_a_restart()
    {
        var addresses = Open();
        addresses.UseCidr(s_cidr);
        addresses.Allocate("ns", "pod", "sandbox", [new PodHostPort("UDP", 53, 8053, "127.0.0.1"), new PodHostPort("TCP", 80, 8080, null)]);

        var pod = Open().Find("sandbox");

        Assert.Equal([new PodHostPort("UDP", 53, 8053, "127.0.0.1"), new PodHostPort("TCP", 80, 8080, null)], pod!.HostPorts);
    }

    [Fact]
    public void Another_boot_forgets_the_pods_but_not_the_CIDR()
    {
        var addresses = Open();
        addresses.UseCidr(s_cidr);
        addresses.Allocate("ns", "pod", "sandbox", []);

        var after = Open(boot: "another");

        Assert.Empty(after.Pods);
        Assert.Equal(s_cidr, after.PodCidr);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"bootID\":\"boot\"}")]
    [InlineData("{\"bootID\":\"boot\",\"pods\":[{\"sandbox\":1}]}")]
    public void A_damaged_file_is_reported_and_left_behind(string content)
    {
        File.WriteAllText(Path.Combine(_directory, "pods.json"), content);

        var addresses = new PodAddresses(new AttachmentFile(_directory, "boot"), out var damage);

        Assert.NotNull(damage);
        Assert.Empty(addresses.Pods);
    }

    private PodAddresses Open(string boot = "boot")
    {
        var addresses = new PodAddresses(new AttachmentFile(_directory, boot), out var damage);
        Assert.Null(damage);
        return addresses;
    }
}
