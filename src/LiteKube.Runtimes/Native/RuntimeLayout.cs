namespace LiteKube.Runtimes.Native;

/// <summary>Where things are. DESIGN.md draws it.</summary>
internal sealed class RuntimeLayout(NativeRuntimeOptions options)
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Images { get; } = Path.Combine(options.RootDirectory, "images");

    public string Sandboxes { get; } = Path.Combine(options.RootDirectory, "sandboxes");

    public string Containers { get; } = Path.Combine(options.RootDirectory, "containers");

    /// <summary>The engine's own state of running containers, a directory each.</summary>
    public string EngineState { get; } = Path.Combine(options.RunDirectory, "engine");

    /// <summary>What the monitors write at the end of a container: its exit code, in a file of the container's name.</summary>
    public string Exits { get; } = Path.Combine(options.RunDirectory, "exits");

    public string RunningSandboxes { get; } = Path.Combine(options.RunDirectory, "sandboxes");

    /// <summary>A directory for each command that runs in a container.</summary>
    public string Execs { get; } = Path.Combine(options.RunDirectory, "execs");

    public string Programs { get; } = Path.Combine(options.RunDirectory, "programs");

    public SandboxPaths Sandbox(string id) => new(Path.Combine(Sandboxes, id), Path.Combine(RunningSandboxes, id));

    public ContainerPaths Container(string id) => new(Path.Combine(Containers, id), Path.Combine(Exits, id), Path.Combine(EngineState, id));

    public void Prepare()
    {
        foreach (var directory in (string[])[Sandboxes, Containers, EngineState, Exits, RunningSandboxes, Execs, Programs])
            Directory.CreateDirectory(directory, Private);
    }

    /// <summary>Takes away what a boot would. A sandbox that is still held stays, with all above it: what hangs there is mounts.</summary>
    public void RemoveRun()
    {
        foreach (var directory in (string[])[EngineState, Exits, Execs, Programs])
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }

        foreach (var directory in (string[])[RunningSandboxes, options.RunDirectory])
        {
            if (Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any())
                Directory.Delete(directory);
        }
    }
}

/// <param name="Directory">Survives a boot.</param>
/// <param name="Run">Does not.</param>
internal sealed record SandboxPaths(string Directory, string Run)
{
    public string Record => Path.Combine(Directory, "sandbox.json");

    /// <summary>Containers' /etc/hostname.</summary>
    public string Hostname => Path.Combine(Directory, "hostname");

    public string SharedMemory => Path.Combine(Run, "shm");

    /// <param name="kind">As in /proc/self/ns.</param>
    public string Namespace(string kind) => Path.Combine(Run, kind);

    /// <summary>What the engine makes the pod's first process from, where there is one.</summary>
    public string Bundle => Path.Combine(Run, "bundle");
}

/// <param name="Directory">Also the OCI bundle.</param>
internal sealed record ContainerPaths(string Directory, string Exit, string EngineState)
{
    public string Record => Path.Combine(Directory, "container.json");

    public string Spec => Path.Combine(Directory, "config.json");

    public string Root => Path.Combine(Directory, "rootfs");

    public string Upper => Path.Combine(Directory, "upper");

    public string Work => Path.Combine(Directory, "work");

    public string LogDirectory => Path.Combine(Directory, "log");

    public string Log => Path.Combine(LogDirectory, "container.log");

    public string Pid => Path.Combine(Directory, "pid");

    /// <summary>Where the monitor listens for attaching clients.</summary>
    public string AttachSocket => Path.Combine(Directory, "attach");

    /// <summary>Where the monitor takes terminal sizes and the order to open its log anew.</summary>
    public string Control => Path.Combine(Directory, "ctl");
}
