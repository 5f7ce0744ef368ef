namespace LiteKube.Node.PodFiles;

/// <summary>The host's own resolver configuration and hosts file, read when needed: they change with networks.</summary>
internal sealed class HostFiles(string? resolverConfig)
{
    private const string Default = "/etc/resolv.conf";

    // Where systemd-resolved runs, /etc/resolv.conf names its loopback stub, which pods cannot reach; this one names the true servers.
    private const string BehindSystemd = "/run/systemd/resolve/resolv.conf";

    public ResolverConfig Resolver()
    {
        if (resolverConfig is not null)
            return Read(resolverConfig);
        var config = Read(Default);
        return config.Nameservers is ["127.0.0.53"] && File.Exists(BehindSystemd) ? Read(BehindSystemd) : config;
    }

    public static string Hosts() => File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "127.0.0.1\tlocalhost\n";

    private static ResolverConfig Read(string path) => File.Exists(path) ? ResolverConfig.Parse(File.ReadAllText(path)) : ResolverConfig.Empty;
}
