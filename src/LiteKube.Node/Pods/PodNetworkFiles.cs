using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.PodFiles;

namespace LiteKube.Node.Pods;

/// <summary>Writes a pod's hosts file and resolv.conf.</summary>
internal sealed class PodNetworkFiles(HostFiles host, NodeOptions options)
{
    public void Write(Pod pod, PodAddresses addresses, PodPaths paths)
    {
        Directory.CreateDirectory(paths.Pod);
        WriteInPlace(paths.HostsFile, pod.IsHostNetwork() ? HostsFile.OnHostNetwork(pod, HostFiles.Hosts()) : HostsFile.OfPod(pod, addresses.PodIPs, options.ClusterDomain));
        WriteInPlace(paths.ResolverFile, PodResolver.Of(pod, host.Resolver(), options.ClusterDns, options.ClusterDomain).Format());
    }

    /// <summary>Containers have the file itself mounted, so it must stay the same file.</summary>
    private static void WriteInPlace(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
            File.WriteAllText(path, text);
    }
}
