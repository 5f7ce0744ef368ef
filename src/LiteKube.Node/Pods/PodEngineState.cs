using System.Collections.Immutable;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Pods;

/// <summary>What the engine holds of one pod. An immutable snapshot: the worker swaps it, others read it.</summary>
internal sealed record PodEngineState(ImmutableArray<SandboxStatus> Sandboxes, ImmutableArray<EngineContainer> Containers)
{
    public static PodEngineState Empty { get; } = new([], []);

    /// <summary>The newest sandbox, ready or not.</summary>
    public SandboxStatus? Sandbox => Sandboxes.OrderByDescending(s => s.Attempt).ThenByDescending(s => s.CreatedAt).FirstOrDefault();

    public bool AnyRunning => Containers.Any(c => c.State == EngineState.Running);

    /// <summary>The newest instance of a container, in whatever sandbox.</summary>
    public EngineContainer? Latest(string name) => Instances(name).FirstOrDefault();

    /// <summary>The one before the newest.</summary>
    public EngineContainer? Previous(string name) => Instances(name).Skip(1).FirstOrDefault();

    /// <summary>The newest instance in one sandbox.</summary>
    public EngineContainer? LatestIn(string sandboxId, string name) => Instances(name).FirstOrDefault(c => c.SandboxId == sandboxId);

    public IEnumerable<EngineContainer> Instances(string name) =>
        Containers.Where(c => c.Name == name).OrderByDescending(c => c.Attempt).ThenByDescending(c => c.CreatedAt);

    public PodEngineState With(EngineContainer container) => this with { Containers = Containers.RemoveAll(c => c.Id == container.Id).Add(container) };

    public PodEngineState With(SandboxStatus sandbox) => this with { Sandboxes = Sandboxes.RemoveAll(s => s.Id == sandbox.Id).Add(sandbox) };

    public PodEngineState Without(string id) => new(Sandboxes.RemoveAll(s => s.Id == id), Containers.RemoveAll(c => c.Id == id));
}
