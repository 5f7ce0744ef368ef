using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using ApiNode = LiteKube.Api.Core.V1.Node;

namespace LiteKube.Network.Tests.Peers;

public sealed class OtherNodesTests
{
    [Fact]
    public void A_node_is_never_its_own_peer_whichever_version_of_it_the_list_has()
    {
        var own = Node("alpha", "192.0.2.1", "10.42.0.0/24");
        var later = own with { Metadata = own.Metadata with { ResourceVersion = "2" } };

        var others = NodeNetworkService.Others([later, Node("beta", "192.0.2.2", "10.42.1.0/24")], "alpha");

        Assert.Equal(["beta"], others.Select(o => o.Name));
    }

    [Fact]
    public void A_node_without_an_address_or_a_pod_network_is_no_peer_yet()
    {
        var beta = Node("beta", "192.0.2.2", "10.42.1.0/24");

        Assert.Empty(NodeNetworkService.Others([beta with { Spec = new NodeSpec() }, beta with { Status = new NodeStatus() }], "alpha"));
    }

    private static ApiNode Node(string name, string address, string podCidr) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new NodeSpec { PodCIDR = podCidr },
        Status = new NodeStatus { Addresses = [new NodeAddress { Type = "InternalIP", Address = address }] },
    };
}
