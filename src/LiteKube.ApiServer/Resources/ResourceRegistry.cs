using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Kinds;

namespace LiteKube.ApiServer.Resources;

/// <summary>Everything that is served: the built-in kinds, and the custom ones as their definitions come and go. Readers see one whole snapshot or the next.</summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<ServedResource> _builtIn;
    private volatile RegistrySnapshot _current;

    public ResourceRegistry(ApiSchema schema, KindStrategies strategies)
    {
        var served = new Dictionary<ResourceType, ServedResource>();
        foreach (var kind in schema.Kinds)
        {
            if (SharedStorage.Of(kind.Resource) is null)
                served.Add(kind.Resource, new ServedResource(kind, strategies.For(kind)));
        }

        foreach (var kind in schema.Kinds)
        {
            if (SharedStorage.Of(kind.Resource) is { } shared)
                served.Add(kind.Resource, new ServedResource(kind, strategies.For(kind), served[shared.Storage], shared.Conversion));
        }

        _builtIn = [.. schema.Kinds.Select(k => served[k.Resource])];
        _current = new RegistrySnapshot(1, _builtIn);
    }

    /// <summary>After custom resources have come or gone.</summary>
    public event Action? Changed;

    public RegistrySnapshot Current => _current;

    public IReadOnlyList<ServedResource> Resources => _current.Resources;

    public IReadOnlyList<ServedGroupVersion> Groups => _current.Groups;

    /// <summary>By <c>/api/v1</c> or <c>/apis/apps/v1</c>.</summary>
    public ServedGroupVersion? GroupVersion(ReadOnlySpan<char> path) => _current.GroupVersion(path);

    public ServedResource? Find(ResourceType type) => _current.Find(type);

    public ServedResource Get(ResourceType type) => Find(type) ?? throw new ApiException(StatusReason.NotFound, "the server could not find the requested resource");

    /// <summary>From now on these are the custom resources. None may have the group and plural of a built-in one.</summary>
    public void ServeCustom(IEnumerable<ServedResource> custom)
    {
        lock (_gate)
            _current = new RegistrySnapshot(_current.Number + 1, [.. _builtIn, .. custom]);
        Changed?.Invoke();
    }

    public bool IsBuiltIn(string group, string plural) => _builtIn.Any(r => r.Type.Group == group && r.Type.Plural == plural);
}
