using System.Net;

namespace LiteKube.Node.Registration;

/// <summary>The present facts, shared by registration and pods.</summary>
internal sealed class NodeFacts(NodeOptions options) : INodeFacts
{
    private readonly Lazy<NodeResources> _resources = new(() => MachineResources.Read(options));
    private volatile string[] _hostIPs = [(options.NodeIP ?? IPAddress.Loopback).ToString()];
    private volatile ApiNode? _node;

    public NodeResources Resources => _resources.Value;

    public IReadOnlyList<string> HostIPs => _hostIPs;

    public ApiNode? Node
    {
        get => _node;
        set => _node = value;
    }

    /// <summary>Looks at the machine's addresses anew. True when the node's address is another now.</summary>
    public bool RefreshAddress()
    {
        var address = (options.NodeIP ?? HostAddress.Find()).ToString();
        if (_hostIPs is [var known] && known == address)
            return false;
        _hostIPs = [address];
        return true;
    }
}
