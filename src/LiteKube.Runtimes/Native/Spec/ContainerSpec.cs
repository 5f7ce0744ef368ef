using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>All that the engine is told of a container, decided; <see cref="SpecWriter"/> puts it in the engine's words.</summary>
internal sealed record ContainerSpec
{
    public required string Root { get; init; }
    public bool ReadOnlyRoot { get; init; }
    public required IReadOnlyList<string> Arguments { get; init; }
    public required IReadOnlyList<string> Environment { get; init; }
    public required string WorkingDirectory { get; init; }
    public required ProcessUser User { get; init; }
    public bool Terminal { get; init; }
    public required IReadOnlyList<string> Capabilities { get; init; }
    public bool NoNewPrivileges { get; init; }
    public string? AppArmorProfile { get; init; }
    public int OomScoreAdjust { get; init; }
    public ulong OpenFiles { get; init; }

    /// <summary>A profile in the engine's form, from its first brace to its last; null for none.</summary>
    public ReadOnlyMemory<byte>? Seccomp { get; init; }

    public required IReadOnlyList<SpecMount> Mounts { get; init; }
    public string? RootPropagation { get; init; }
    public bool Privileged { get; init; }
    public IReadOnlyList<SpecDevice> Devices { get; init; } = [];

    /// <summary>Kind and path of each namespace; an empty path makes a new one. Those of the machine are not named.</summary>
    public required IReadOnlyList<(string Kind, string Path)> Namespaces { get; init; }

    public required string Cgroup { get; init; }
    public ContainerResources Resources { get; init; } = new();

    /// <summary>Whether the kernel, where it kills one of the processes for lack of memory, kills all. Cgroup v2 only.</summary>
    public bool OomGroup { get; init; }

    public bool UnmaskedProc { get; init; }
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}
