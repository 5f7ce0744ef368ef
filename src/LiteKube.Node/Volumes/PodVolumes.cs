using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Resources;

namespace LiteKube.Node.Volumes;

/// <summary>
/// The volumes of one pod, set up below its directory. Setting up again renews what the sources changed and leaves the rest; it is how both a failed
/// first attempt and a changed ConfigMap are handled. Used by the pod's worker only, one call at a time.
/// </summary>
internal sealed class PodVolumes
{
    private const UnixFileMode OpenToAll = (UnixFileMode)0b111_111_111;

    private readonly VolumeContext _context;
    private readonly PodPaths _paths;
    private readonly PodTokens _tokens;
    private readonly AtomicWriter _writer;
    private readonly Dictionary<string, string> _hostPaths = new(StringComparer.Ordinal);

    public PodVolumes(VolumeContext context, PodPaths paths)
    {
        _context = context;
        _paths = paths;
        _tokens = new PodTokens(context.Tokens, context.Time);
        _writer = new AtomicWriter(context.Time);
    }

    /// <summary>When a token wants to be renewed by another call of <see cref="SetUpAsync"/>.</summary>
    public DateTimeOffset? NextRenewal => _tokens.NextRenewal;

    /// <returns>The volumes that are not ready, and why; empty when containers may start.</returns>
    public async ValueTask<IReadOnlyList<VolumeFailure>> SetUpAsync(Pod pod, CancellationToken cancellationToken)
    {
        var failures = new List<VolumeFailure>();
        var payloads = new PayloadBuilder(_context.Objects, _tokens, _context.Allocatable());
        foreach (var volume in pod.Spec.Volumes)
        {
            try
            {
                _hostPaths[volume.Name] = await SetUpAsync(pod, volume, payloads, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is VolumeException or IOException or UnauthorizedAccessException)
            {
                failures.Add(new VolumeFailure(volume.Name, e.Message));
            }
        }

        return failures;
    }

    /// <summary>Where a volume is on the host. Null before it is set up.</summary>
    public string? Find(string volume) => _hostPaths.GetValueOrDefault(volume);

    /// <summary>A volume, or the part of it that a mount asks for, as a path to bind into the container.</summary>
    /// <exception cref="ContainerConfigException">The mount names no volume of the pod, or a path that is not in it.</exception>
    public string SourceOf(string container, VolumeMount mount, int mountIndex, string? subPath)
    {
        var root = Find(mount.Name) ?? throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container \"{container}\"");
        if (string.IsNullOrEmpty(subPath))
            return root;
        if (Path.IsPathRooted(subPath))
            throw new ContainerConfigException($"error SubPath `{subPath}` must not be an absolute path");
        if (subPath.Split('/').Contains(".."))
            throw new ContainerConfigException($"unable to provision SubPath `{subPath}`: must not contain '..'");
        var target = _paths.SubPath(mount.Name, container, mountIndex);
        try
        {
            new SubPathMount(_context.Mounts).Mount(root, subPath, target);
        }
        catch (Exception e) when (e is VolumeException or IOException)
        {
            throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{mount.Name}\" of container \"{container}\": {e.Message}", e);
        }

        return target;
    }

    private async ValueTask<string> SetUpAsync(Pod pod, Volume volume, PayloadBuilder payloads, CancellationToken cancellationToken)
    {
        if (volume.HostPath is { } hostPath)
        {
            HostPathCheck.Apply(hostPath);
            return hostPath.Path;
        }

        if (volume.EmptyDir is { } emptyDir)
            return SetUpEmptyDir(pod, volume.Name, emptyDir);

        // Built before anything is made: while a source is missing there is nothing to clean up.
        var payload = await payloads.BuildAsync(pod, volume, cancellationToken).ConfigureAwait(false)
            ?? throw new VolumeException("this kind of volume is not supported by this node");
        var (plugin, inMemory) = volume switch
        {
            { ConfigMap: not null } => ("configmap", false),
            { Secret: not null } => ("secret", true),
            { DownwardAPI: not null } => ("downward-api", true),
            _ => ("projected", true),
        };
        var path = _paths.Volume(plugin, volume.Name);
        Make(path, inMemory, null);
        _writer.Write(path, payload, pod.Spec.SecurityContext?.FsGroup);
        return path;
    }

    private string SetUpEmptyDir(Pod pod, string name, EmptyDirVolumeSource source)
    {
        var path = _paths.Volume("empty-dir", name);
        switch (source.Medium ?? "")
        {
            case "":
                if (!Directory.Exists(path))
                    Make(path, false, null);
                break;
            case "Memory":
                Make(path, true, MemoryBound(pod, source));
                break;
            default:
                throw new VolumeException($"unknown storage medium \"{source.Medium}\"");
        }

        if (pod.Spec.SecurityContext?.FsGroup is { } group)
            VolumeOwnership.Apply(path, group, readOnly: false, onlyIfRootDiffers: true);
        return path;
    }

    /// <summary>A memory volume counts against its users' limits, so it may be no larger than they are, nor than what the node has.</summary>
    private long? MemoryBound(Pod pod, EmptyDirVolumeSource source)
    {
        var bound = _context.Allocatable().Of("memory").Value;
        var limits = pod.Spec.Containers.Select(c => c.Resources?.Limits.Of("memory").Value ?? 0).ToList();
        if (limits.Count > 0 && limits.TrueForAll(l => l > 0) && limits.Sum() is var ofPod && (bound == 0 || ofPod < bound))
            bound = ofPod;
        if (source.SizeLimit is { IsZero: false } limit && (bound == 0 || limit.Value < bound))
            bound = limit.Value;
        return bound > 0 ? bound : null;
    }

    private void Make(string path, bool inMemory, long? sizeBytes)
    {
        var isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (inMemory && !_context.Mounts.Below(path).Contains(path))
        {
            _context.Mounts.MountTmpfs(path, sizeBytes);
            isNew = true;
        }

        if (isNew)
            File.SetUnixFileMode(path, OpenToAll);
    }
}
