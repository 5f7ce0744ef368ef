using System.Buffers;
using System.Text.Json;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using Microsoft.Extensions.Logging;

namespace LiteKube.Controllers.Nodes;

/// <summary>
/// Gives each new node its share of the cluster's network. The share stands in the node's spec, so it outlives this process; the pool is
/// rebuilt from the nodes at each start. One worker, so that no share is given twice.
/// </summary>
internal sealed partial class NodeIpamController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<NodeIpamController>())
{
    private readonly Informer<Node> _nodes = context.Informers.Of<Node>();
    private readonly IEventRecorder _recorder = context.Recorder("node-ipam-controller");
    private readonly NodeCidrPool _pool = new(context.Options.ClusterCidr, context.Options.NodeCidrPrefix);
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly ILogger _logger = context.Logger<NodeIpamController>();

    protected override int Workers => 1;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_nodes, (old, current) =>
        {
            // Heartbeats change nothing here.
            if (old is null || current is null || old.Spec.PodCIDR != current.Spec.PodCIDR)
                Queue.Add((current ?? old)!.Metadata.Name!);
        }),
    ];

    protected override ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        // All that was given before is taken before anything is given anew.
        foreach (var node in _nodes.List())
            if (node.Spec.PodCIDR is { Length: > 0 } cidr)
                Note(node.Metadata.Name!, cidr);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        var node = _nodes.Get(key);
        if (node is null)
        {
            if (_given.Remove(key, out var former))
                _pool.Release(former);
            return;
        }

        if (node.Spec.PodCIDR is { Length: > 0 } present)
        {
            Note(key, present);
            return;
        }

        if (!_given.TryGetValue(key, out var cidr))
        {
            cidr = _pool.TakeNext();
            if (cidr is null)
            {
                _recorder.Record(node, EventType.Warning, "CIDRNotAvailable", $"No free /{context.Options.NodeCidrPrefix} is left in {context.Options.ClusterCidr}");
                throw new InvalidOperationException($"no pod network is left for node {key}: {context.Options.ClusterCidr} is used up");
            }

            _given[key] = cidr;
        }

        await context.Client.PatchAsync<Node>(null, key, PatchKind.Merge, PatchOf(cidr), cancellationToken: cancellationToken).ConfigureAwait(false);
        LogGiven(key, cidr);
    }

    private void Note(string node, string cidr)
    {
        if (_given.TryGetValue(node, out var known))
        {
            if (known == cidr)
                return;
            _pool.Release(known);
        }

        _given[node] = cidr;
        _pool.Take(cidr);
    }

    private static ReadOnlyMemory<byte> PatchOf(string cidr)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("spec");
            writer.WriteString("podCIDR", cidr);
            writer.WriteStartArray("podCIDRs");
            writer.WriteStringValue(cidr);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node} has the pod network {Cidr}")]
    private partial void LogGiven(string node, string cidr);
}
