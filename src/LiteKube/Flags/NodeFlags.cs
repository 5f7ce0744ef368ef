namespace LiteKube.Flags;

/// <summary>What server and agent share: everything about the machine as a node.</summary>
internal static class NodeFlags
{
    public static readonly Flag Config = new("config", "FILE", "A YAML file with any of these flags as keys; a flag given on the command line wins.", "/etc/litekube/config.yaml");
    public static readonly Flag DataDir = new("data-dir", "DIR", "Where everything that must survive a restart is kept.", "/var/lib/litekube");
    public static readonly Flag NodeName = new("node-name", "NAME", "This machine's name in the cluster. [default: its host name]");
    public static readonly Flag NodeIp = new("node-ip", "IP", "The address other nodes reach this machine at. [default: that of the interface with the default route]");
    public static readonly Flag NodeLabel = new("node-label", "KEY=VALUE", "A label for the node; may be repeated.", many: true);
    public static readonly Flag NodeTaint = new("node-taint", "KEY=VALUE:EFFECT", "A taint for the node when it first registers; may be repeated.", many: true);
    public static readonly Flag Runtime = new("runtime", "auto|docker|native", "What runs containers: a Docker Engine, or LiteKube itself with crun (or runc) and conmon. auto takes what this machine ran before, else native where crun and conmon are, else Docker.", "auto");
    public static readonly Flag DockerHost = new("docker-host", "URL", "The Docker Engine to run containers on; given, it is what auto means.", "unix:///var/run/docker.sock");
    public static readonly Flag ResolvConf = new("resolv-conf", "FILE", "The name servers that cluster DNS asks about names outside the cluster.", "/etc/resolv.conf");
    public static readonly Flag LogLevel = new("log-level", "LEVEL", "trace, debug, information, warning or error.", "information");

    public static IReadOnlyList<Flag> All { get; } = [Config, DataDir, NodeName, NodeIp, NodeLabel, NodeTaint, Runtime, DockerHost, ResolvConf, LogLevel];
}
