using System.Text;
using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Kinds;

namespace LiteKube.ApiServer.Resources;

/// <summary>One resource at one version as it is served, and where and how its objects are kept.</summary>
internal sealed class ServedResource
{
    private long _version;

    public ServedResource(KindSchema schema, ObjectStrategy strategy, ServedResource? storage = null, IObjectConversion? conversion = null)
    {
        Schema = schema;
        Type = schema.Resource;
        Kind = new GroupVersionKind(Type.Group, Type.Version, Type.Kind);
        Strategy = strategy;
        Storage = storage ?? this;
        Conversion = conversion;
        KeyPrefix = $"{(Storage.Type.Group.Length == 0 ? "core" : Storage.Type.Group)}/{Storage.Type.Plural}/";
        ListHead = Encoding.UTF8.GetBytes($"{{\"kind\":\"{Type.Kind}List\",\"apiVersion\":\"{Type.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"");
    }

    public ResourceType Type { get; }

    public KindSchema Schema { get; }

    public GroupVersionKind Kind { get; }

    public ObjectStrategy Strategy { get; }

    /// <summary>The version at which objects are kept; this one, unless two versions or groups share a storage.</summary>
    public ServedResource Storage { get; }

    /// <summary>Between the stored version and this one; null where they are the same.</summary>
    public IObjectConversion? Conversion { get; }

    /// <summary><c>apps/deployments/</c>; the namespace, where there is one, and the name follow.</summary>
    public string KeyPrefix { get; }

    /// <summary>The JSON of a list up to the value of its resourceVersion.</summary>
    public byte[] ListHead { get; }

    /// <summary>Grows with every write to an object of this resource that this process made.</summary>
    public long Version => Volatile.Read(ref Storage._version);

    public bool Has(string verb) => Schema.Verbs.Contains(verb);

    public string KeyOf(string? ns, string name) => Type.Namespaced ? string.Concat(KeyPrefix, ns, "/", name) : KeyPrefix + name;

    public string PrefixOf(string? ns) => Type.Namespaced && !string.IsNullOrEmpty(ns) ? string.Concat(KeyPrefix, ns, "/") : KeyPrefix;

    public void Changed() => Interlocked.Increment(ref Storage._version);

    public override string ToString() => Type.ToString();
}
