using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;

namespace LiteKube.Node.PodFiles;

/// <summary>The pod's <c>/etc/hosts</c> (kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods).</summary>
internal static class HostsFile
{
    private const string OwnNetwork =
        """
        # Kubernetes-managed hosts file.
        127.0.0.1	localhost
        ::1	localhost ip6-localhost ip6-loopback
        fe00::0	ip6-localnet
        fe00::0	ip6-mcastprefix
        fe00::1	ip6-allnodes
        fe00::2	ip6-allrouters

        """;

    public static string OfPod(Pod pod, IReadOnlyList<string> podIPs, string clusterDomain)
    {
        var text = new StringBuilder(OwnNetwork);
        var hostname = pod.HostnameOf();
        var domain = pod.DomainOf(clusterDomain);
        foreach (var ip in podIPs)
        {
            text.Append(ip).Append('\t');
            if (domain.Length > 0)
                text.Append(hostname).Append('.').Append(domain).Append('\t');
            text.Append(hostname).Append('\n');
        }

        return AddAliases(text, pod.Spec.HostAliases);
    }

    /// <param name="hostFile">The host's own file.</param>
    public static string OnHostNetwork(Pod pod, string hostFile) =>
        AddAliases(new StringBuilder("# Kubernetes-managed hosts file (host network).\n").Append(hostFile), pod.Spec.HostAliases);

    private static string AddAliases(StringBuilder text, IReadOnlyList<HostAlias> aliases)
    {
        if (aliases.Count == 0)
            return text.ToString();
        text.Append("\n# Entries added by HostAliases.\n");
        foreach (var alias in aliases)
            text.Append(alias.Ip).Append('\t').AppendJoin('\t', alias.Hostnames).Append('\n');
        return text.ToString();
    }
}
