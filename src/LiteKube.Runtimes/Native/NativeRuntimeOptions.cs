namespace LiteKube.Runtimes.Native;

/// <summary>To add a setting: add a property with its default here, and, if it is the operator's business, a flag in the executable that fills it.</summary>
public sealed record NativeRuntimeOptions
{
    /// <summary>Images, containers' writable layers, logs, and what is known of sandboxes and containers. On a file system that overlayfs takes.</summary>
    public string RootDirectory { get; init; } = "/var/lib/litekube/agent/containers";

    /// <summary>Image archives put there are imported at the start, and pinned. Need not exist.</summary>
    public string? ImageBundles { get; init; }

    /// <summary>Namespaces, shared memory and the engine's own state: nothing that outlives a boot.</summary>
    public string RunDirectory { get; init; } = "/run/litekube";

    /// <summary>Pods whose sandbox names no cgroup get one each below this one. No other LiteKube may use it.</summary>
    public string CgroupRoot { get; init; } = "/litekube";

    /// <summary><c>crun</c>, <c>runc</c>, a program's path, or null for the best that is there.</summary>
    public string? Engine { get; init; }

    /// <summary>The monitor's path, or null to look for <c>conmon</c>.</summary>
    public string? Monitor { get; init; }

    /// <summary>A container's log is rotated at this size, in bytes.</summary>
    public long LogMaxBytes { get; init; } = 10 << 20;

    /// <summary>Log files kept per container, with the one being written.</summary>
    public int LogMaxFiles { get; init; } = 5;

    /// <summary>How often logs are looked at for their size.</summary>
    public TimeSpan LogRotationInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a killed container may take to be gone.</summary>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
