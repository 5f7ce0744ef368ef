using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;

namespace LiteKube.Node.PodFiles;

/// <summary>A pod's resolv.conf by its dnsPolicy and dnsConfig (kubernetes.io/docs/concepts/services-networking/dns-pod-service).</summary>
internal static class PodResolver
{
    private const int MaxNameservers = 3;
    private const int MaxSearches = 32;
    private const int MaxSearchLength = 2048;

    public static ResolverConfig Of(Pod pod, ResolverConfig host, IReadOnlyList<string> clusterDns, string clusterDomain)
    {
        var policy = pod.Spec.DnsPolicy ?? "ClusterFirst";
        var toCluster = policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !pod.IsHostNetwork());
        var config = policy == "None" ? ResolverConfig.Empty
            : toCluster && clusterDns.Count > 0 ? Cluster(pod, host, clusterDns, clusterDomain)
            : host;
        return Bound(pod.Spec.DnsConfig is { } own ? Merge(config, own) : config);
    }

    private static ResolverConfig Cluster(Pod pod, ResolverConfig host, IReadOnlyList<string> clusterDns, string domain)
    {
        string[] searches = domain.Length == 0 ? [] : [$"{pod.Metadata.Namespace}.svc.{domain}", $"svc.{domain}", domain];
        return new ResolverConfig(clusterDns, Distinct(searches.Concat(host.Searches)), ["ndots:5"]);
    }

    private static ResolverConfig Merge(ResolverConfig config, PodDNSConfig own)
    {
        var options = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in config.Options)
            options[option.Split(':', 2)[0]] = option;
        foreach (var option in own.Options)
        {
            var name = option.Name ?? "";
            options[name] = string.IsNullOrEmpty(option.Value) ? name : $"{name}:{option.Value}";
        }

        return new ResolverConfig(Distinct(config.Nameservers.Concat(own.Nameservers)), Distinct(config.Searches.Concat(own.Searches)), [.. options.Values]);
    }

    /// <summary>What the resolver library reads at most; the rest is left out, as upstream does.</summary>
    private static ResolverConfig Bound(ResolverConfig config)
    {
        var searches = config.Searches.Take(MaxSearches).ToList();
        while (searches.Count > 0 && searches.Sum(s => s.Length) + searches.Count - 1 > MaxSearchLength)
            searches.RemoveAt(searches.Count - 1);
        return config with { Nameservers = [.. config.Nameservers.Take(MaxNameservers)], Searches = searches };
    }

    private static string[] Distinct(IEnumerable<string> values) => [.. values.Distinct(StringComparer.Ordinal)];
}
