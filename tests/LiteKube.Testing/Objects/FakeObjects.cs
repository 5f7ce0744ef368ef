using LiteKube.Api;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Testing.Objects;

/// <summary>A cluster's objects in memory: what authentication, authorization and admission read in tests.</summary>
public sealed class FakeObjects : IObjectReader
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Resource, string Namespace, string Name), KubeObject> _objects = [];
    private readonly Dictionary<string, long> _versions = [];

    /// <summary>How often a whole collection was read.</summary>
    public int Lists { get; private set; }

    /// <summary>Stores the object, with a uid if it has none, and returns it as stored.</summary>
    public T Put<T>(T value) where T : class, IKubeObject<T>
    {
        if (string.IsNullOrEmpty(value.Metadata.Uid))
            value = Rebuild(value, value.Metadata with { Uid = Guid.NewGuid().ToString() });
        lock (_gate)
        {
            _objects[Key(T.Resource, value.Metadata.Namespace, value.Metadata.Name!)] = KubeObject.Of(value);
            Touch(T.Resource);
        }

        return value;
    }

    public void Put(ResourceType resource, KubeObject value)
    {
        lock (_gate)
        {
            _objects[Key(resource, value.Header.Namespace, value.Header.Name)] = value;
            Touch(resource);
        }
    }

    public void Remove(ResourceType resource, string? ns, string name)
    {
        lock (_gate)
        {
            _objects.Remove(Key(resource, ns, name));
            Touch(resource);
        }
    }

    public KubeObject? Find(ResourceType resource, string? ns, string name)
    {
        lock (_gate)
            return _objects.GetValueOrDefault(Key(resource, ns, name));
    }

    public ValueTask<KubeObject?> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken) => new(Find(resource, ns, name));

    public ValueTask<IReadOnlyList<KubeObject>> ListAsync(ResourceType resource, string? ns, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Lists++;
            return new(_objects.Where(o => o.Key.Resource == resource.GroupResource && (ns is null || o.Key.Namespace == ns)).Select(o => o.Value).ToList());
        }
    }

    public long VersionOf(ResourceType resource)
    {
        lock (_gate)
            return _versions.GetValueOrDefault(resource.GroupResource);
    }

    private static (string Resource, string Namespace, string Name) Key(ResourceType resource, string? ns, string name) => (resource.GroupResource, ns ?? "", name);

    private static T Rebuild<T>(T value, ObjectMeta metadata) where T : class, IKubeObject<T>
    {
        var tree = KubeObject.Of(value).ToTree();
        tree["metadata"] = System.Text.Json.Nodes.JsonNode.Parse(metadata.ToString());
        return new KubeObject(System.Text.Encoding.UTF8.GetBytes(tree.ToJsonString())).As<T>();
    }

    private void Touch(ResourceType resource) => _versions[resource.GroupResource] = _versions.GetValueOrDefault(resource.GroupResource) + 1;
}
