namespace LiteKube.Flags;

internal static class AgentFlags
{
    public static readonly Flag Join = new("join", "TOKEN", "The server's join token, from <data-dir>/server/token on the server. Needed once; after that the node has certificates of its own.");
    public static readonly Flag Server = new("server", "URL", "The server's address, as in https://192.168.1.10:6443.");
    public static readonly Flag ClusterDns = ServerFlags.ClusterDns;
    public static readonly Flag ClusterCidr = ServerFlags.ClusterCidr;
    public static readonly Flag ServiceCidr = ServerFlags.ServiceCidr;
    public static readonly Flag ClusterDomain = ServerFlags.ClusterDomain;

    public static IReadOnlyList<Flag> All { get; } = [Join, Server, .. NodeFlags.All, ClusterCidr, ServiceCidr, ClusterDns, ClusterDomain];
}
