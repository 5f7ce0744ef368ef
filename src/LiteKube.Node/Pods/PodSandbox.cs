using System.Net;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.Network;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Pods;

/// <summary>A pod's sandbox with its network. Used by the pod's worker only.</summary>
internal sealed class PodSandbox(PodServices services)
{
    private const int MaxHostname = 64;
    private string? _attached;
    private IPAddress? _address;

    /// <summary>What the pod is told of addresses; the pod's own are empty until its network is there.</summary>
    public PodAddresses Addresses(Pod pod)
    {
        var hostIPs = services.Node.HostIPs;
        if (pod.IsHostNetwork())
            return new PodAddresses(hostIPs, hostIPs);
        return new PodAddresses(_address is { } address ? [address.ToString()] : [], hostIPs);
    }

    /// <summary>Whether the sandbox runs and its network is known to be there.</summary>
    public bool IsReady(Pod pod, PodEngineState engine) => engine.Sandbox is { Ready: true } sandbox && (pod.IsHostNetwork() || _attached == sandbox.Id);

    /// <param name="unsure">Told of a sandbox that was made but of which the engine then did not say how it is: it must be looked at again.</param>
    public async ValueTask<SandboxStatus> CreateAsync(Pod pod, int attempt, string? cgroupParent, Action<string> unsure, CancellationToken cancellationToken)
    {
        var config = new SandboxConfig(pod.IdentityOf(), attempt, Hostname(pod))
        {
            HostNetwork = pod.IsHostNetwork(),
            HostPid = pod.Spec.HostPID == true,
            HostIpc = pod.Spec.HostIPC == true,
            ShareProcessNamespace = pod.Spec.ShareProcessNamespace == true,
            Privileged = pod.AllContainers().Any(c => c.SecurityContext?.Privileged == true),
            Sysctls = (pod.Spec.SecurityContext?.Sysctls ?? []).ToDictionary(s => s.Name.Replace('/', '.'), s => s.Value, StringComparer.Ordinal),
            CgroupParent = cgroupParent,
        };
        var id = await services.Runtime.CreateSandboxAsync(config, cancellationToken).ConfigureAwait(false);
        try
        {
            return await services.Runtime.GetSandboxAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new RuntimeException(RuntimeError.Failed, $"sandbox {id} ended at once");
        }
        catch
        {
            unsure(id);
            throw;
        }
    }

    /// <summary>Gives a running sandbox its network; after a restart of this process, learns what it has.</summary>
    public async ValueTask AttachAsync(Pod pod, SandboxStatus sandbox, CancellationToken cancellationToken)
    {
        if (pod.IsHostNetwork() || _attached == sandbox.Id)
            return;
        var ns = sandbox.NetworkNamespace ?? throw new RuntimeException(RuntimeError.Failed, $"sandbox {sandbox.Id} has no network namespace");
        _address = await services.Network.AttachAsync(pod.IdentityOf(), sandbox.Id, ns, HostPorts.Of(pod), cancellationToken).ConfigureAwait(false);
        _attached = sandbox.Id;
    }

    /// <summary>Stops a sandbox and takes its network back.</summary>
    public async ValueTask StopAsync(SandboxStatus sandbox, CancellationToken cancellationToken)
    {
        await services.Runtime.StopSandboxAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
        await services.Network.DetachAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
        if (_attached == sandbox.Id)
            _attached = null;
    }

    /// <summary>
    /// Stops what stands beside the newest sandbox (an attempt of which the engine's answer was lost), and removes those that hold no container whose
    /// log somebody may want.
    /// </summary>
    public async ValueTask<PodEngineState> KeepNewestAsync(PodEngineState engine, CancellationToken cancellationToken)
    {
        var newest = engine.Sandbox;
        foreach (var old in engine.Sandboxes.Where(s => s.Id != newest!.Id))
        {
            if (old.Ready)
            {
                await StopAsync(old, cancellationToken).ConfigureAwait(false);
                engine = engine.With(old with { Ready = false, NetworkNamespace = null });
            }

            if (engine.Containers.Any(c => c.SandboxId == old.Id))
                continue;
            await services.Runtime.RemoveSandboxAsync(old.Id, cancellationToken).ConfigureAwait(false);
            engine = engine.Without(old.Id);
        }

        return engine;
    }

    private string Hostname(Pod pod)
    {
        var hostname = pod.HostnameOf();
        var domain = pod.DomainOf(services.Options.ClusterDomain);
        if (pod.Spec.SetHostnameAsFQDN != true || domain.Length == 0)
            return hostname;
        var full = $"{hostname}.{domain}";
        return full.Length <= MaxHostname ? full : throw new RuntimeException(RuntimeError.Failed,
            $"failed to construct FQDN from Pod hostname and cluster domain, FQDN {full} is too long ({MaxHostname} characters is the max, {full.Length} characters requested)");
    }
}
