using System.Net;
using LiteKube.Network.Cni;
using LiteKube.Network.Conntrack;
using LiteKube.Network.Filter;
using LiteKube.Network.Filter.Iptables;
using LiteKube.Network.Filter.Nftables;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Network.Tests.Live;

/// <summary>A node in a namespace, with the real bridge, rules and pods.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("litekube-network-").FullName;
    private readonly List<TestNamespace> _pods = [];
    private readonly NamespaceTools _tools;
    private IPacketFilter? _filter;
    private PacketRules _applied = PacketRules.Empty;

    internal TestNode(string name, string podCidr, Func<NetworkOptions, NetworkOptions>? configure = null)
    {
        Namespace = new TestNamespace(name);
        _tools = new NamespaceTools(Namespace);
        Options = new NetworkOptions { NodeName = name, StateDirectory = _state };
        Options = configure?.Invoke(Options) ?? Options;
        PodCidr = IPNetwork.Parse(podCidr);
        Network = Start();
    }

    internal TestNamespace Namespace { get; }

    internal IToolRunner Tools => _tools;

    internal NetworkOptions Options { get; }

    internal IPNetwork PodCidr { get; }

    internal PodNetwork Network { get; private set; }

    public void Dispose()
    {
        Network.Dispose();
        foreach (var pod in _pods)
            pod.Dispose();
        Namespace.Dispose();
        if (Directory.Exists(_state))
            Directory.Delete(_state, recursive: true);
    }

    /// <summary>As after a restart of LiteKube: all that is known comes from disk and kernel.</summary>
    internal void Restart()
    {
        Network.Dispose();
        Network = Start();
        _filter = null;
    }

    /// <summary>The pod's namespace and its address. The sandbox is named as the pod.</summary>
    internal (TestNamespace Pod, string Address) AddPod(string name, params PodHostPort[] hostPorts)
    {
        var pod = new TestNamespace(name);
        _pods.Add(pod);
        return (pod, Attach(name, pod, hostPorts));
    }

    internal string Attach(string sandbox, TestNamespace pod, params PodHostPort[] hostPorts) =>
        Network.AttachAsync("default", sandbox, sandbox, pod.Path, hostPorts, CancellationToken.None).AsTask().GetAwaiter().GetResult().ToString();

    /// <summary>Makes these the rules of this node, by the tool asked for; those of the other tool go.</summary>
    internal async Task ApplyAsync(PacketFilterKind kind, PacketRules rules)
    {
        var isNft = kind == PacketFilterKind.Nftables;
        if (_filter is not null && (_filter is NftablesFilter) != isNft)
            await RemoveRulesAsync();
        _filter ??= isNft ? new NftablesFilter(Options, _tools, _tools.Find("nft")!) : new IptablesFilter(Options, IptablesTool.Default(_tools)!);
        await _filter.ApplyAsync(rules, CancellationToken.None);
        using var conntrack = Namespace.Run(() => new ConntrackNetlink());
        conntrack.Delete(StaleFlows.Between(_applied, rules));
        _applied = rules;
    }

    internal Task AcceptForwardAsync() => new ForwardAccept(Options, _tools, NullLogger.Instance).EnsureAsync(CancellationToken.None);

    internal Task CleanUpAsync() => new NetworkCleanup(Options, NullLogger<NetworkCleanup>.Instance).RunAsync(_tools, Namespace, CancellationToken.None);

    private async Task RemoveRulesAsync()
    {
        if (_filter is IptablesFilter iptables)
            await iptables.RemoveAsync(CancellationToken.None);
        else
            Namespace.Exec($"nft delete table ip {Options.TableName}");
        _filter = null;
    }

    private PodNetwork Start()
    {
        var kernel = new KernelSettings(_state, Namespace);
        kernel.PrepareHost();
        kernel.OpenLoopback();
        var network = new PodNetwork(Options, new RuleSignal(), Namespace, kernel, NullLogger.Instance);
        network.Start();
        network.UseCidrAsync(PodCidr, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return network;
    }
}
