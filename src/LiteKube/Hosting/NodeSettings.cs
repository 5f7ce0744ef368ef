using System.Net;
using LiteKube.Flags;
using Microsoft.Extensions.Logging;

namespace LiteKube.Hosting;

/// <summary>What server and agent know of the machine and the cluster's addresses, read of the flags once.</summary>
internal sealed record NodeSettings
{
    public required string DataDir { get; init; }
    public required string NodeName { get; init; }
    public required IPAddress? NodeIp { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyList<string> Taints { get; init; }
    public required RuntimeWish Runtime { get; init; }
    public required string DockerHost { get; init; }
    public required string ResolvConf { get; init; }
    public required IPNetwork ClusterCidr { get; init; }
    public required IPNetwork ServiceCidr { get; init; }
    public required IPAddress ClusterDns { get; init; }
    public required string ClusterDomain { get; init; }
    public required LogLevel LogLevel { get; init; }

    public string AgentDir => Path.Combine(DataDir, "agent");

    public string ServerDir => Path.Combine(DataDir, "server");

    public static NodeSettings Read(FlagValues flags)
    {
        var name = flags.Text(NodeFlags.NodeName) ?? Environment.MachineName.ToLowerInvariant();
        if (name.Length is 0 or > 253 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]))
            throw flags.Bad(NodeFlags.NodeName, name, "a node name: lower-case letters, digits, '-' and '.', starting and ending with a letter or digit");
        var dockerHost = flags.Required(NodeFlags.DockerHost);
        if (!dockerHost.StartsWith("unix://", StringComparison.Ordinal))
            throw flags.Bad(NodeFlags.DockerHost, dockerHost, "a unix socket such as unix:///var/run/docker.sock");
        var serviceCidr = flags.Network(ServerFlags.ServiceCidr);
        var dns = flags.Address(ServerFlags.ClusterDns)!;
        if (!serviceCidr.Contains(dns))
            throw flags.Bad(ServerFlags.ClusterDns, dns.ToString(), $"inside --service-cidr {serviceCidr}");
        var level = flags.Required(NodeFlags.LogLevel);
        return new NodeSettings
        {
            DataDir = Path.GetFullPath(flags.Required(NodeFlags.DataDir)),
            NodeName = name,
            NodeIp = flags.Address(NodeFlags.NodeIp),
            Labels = flags.Pairs(NodeFlags.NodeLabel),
            Taints = flags.Many(NodeFlags.NodeTaint),
            Runtime = flags.Required(NodeFlags.Runtime) switch
            {
                "auto" => flags.IsGiven(NodeFlags.DockerHost) ? RuntimeWish.Docker : RuntimeWish.Auto,
                "docker" => RuntimeWish.Docker,
                "native" => RuntimeWish.Native,
                var other => throw flags.Bad(NodeFlags.Runtime, other, "auto, docker or native"),
            },
            DockerHost = dockerHost,
            ResolvConf = flags.Required(NodeFlags.ResolvConf),
            ClusterCidr = flags.Network(ServerFlags.ClusterCidr),
            ServiceCidr = serviceCidr,
            ClusterDns = dns,
            ClusterDomain = flags.Required(ServerFlags.ClusterDomain),
            LogLevel = Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed) && !char.IsAsciiDigit(level[0]) ? parsed
                : throw flags.Bad(NodeFlags.LogLevel, level, "one of trace, debug, information, warning, error"),
        };
    }
}
