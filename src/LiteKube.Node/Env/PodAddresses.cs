namespace LiteKube.Node.Env;

/// <summary>The addresses that a pod is told of. Empty lists while not yet known.</summary>
internal sealed record PodAddresses(IReadOnlyList<string> PodIPs, IReadOnlyList<string> HostIPs)
{
    public static PodAddresses None { get; } = new([], []);

    public string PodIP => PodIPs.Count > 0 ? PodIPs[0] : "";

    public string HostIP => HostIPs.Count > 0 ? HostIPs[0] : "";
}
