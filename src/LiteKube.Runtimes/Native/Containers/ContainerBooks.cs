using System.Collections.Concurrent;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Containers;

/// <summary>Every container there is, by id.</summary>
internal sealed class ContainerBooks
{
    private readonly ConcurrentDictionary<string, NativeContainer> _containers = new(StringComparer.Ordinal);

    public IEnumerable<NativeContainer> All => _containers.Values;

    public NativeContainer? Find(string id) => _containers.GetValueOrDefault(id);

    /// <exception cref="RuntimeException">NotFound.</exception>
    public NativeContainer Get(string id) => Find(id) ?? throw new RuntimeException(RuntimeError.NotFound, $"no such container: {id}");

    public IEnumerable<NativeContainer> Of(string sandboxId) => _containers.Values.Where(c => c.Record.SandboxId == sandboxId);

    public void Add(NativeContainer container) => _containers[container.Record.Id] = container;

    public void Remove(string id) => _containers.TryRemove(id, out _);
}
