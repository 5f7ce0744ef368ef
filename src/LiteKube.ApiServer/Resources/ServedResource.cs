using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.CustomResources;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Tables;

namespace LiteKube.ApiServer.Resources;

/// <summary>One resource at one version as it is served, and where and how its objects are kept.</summary>
internal sealed class ServedResource
{
    public ServedResource(KindSchema schema, ObjectStrategy strategy, ServedResource? storage = null, IObjectConversion? conversion = null)
    {
        Schema = schema;
        Type = schema.Resource;
        Kind = new GroupVersionKind(Type.Group, Type.Version, Type.Kind);
        Strategy = strategy;
        Storage = storage ?? this;
        Conversion = conversion;
        Writes = storage?.Writes ?? new WriteCount();
        KeyPrefix = $"{(Storage.Type.Group.Length == 0 ? "core" : Storage.Type.Group)}/{Storage.Type.Plural}/";
        ListHead = Encoding.UTF8.GetBytes($"{{\"kind\":\"{schema.ListKind}\",\"apiVersion\":\"{Type.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"");
    }

    /// <summary>One version of a custom resource.</summary>
    public ServedResource(KindSchema schema, ObjectStrategy strategy, CustomResource custom)
        : this(schema, strategy)
    {
        Custom = custom;
        Writes = custom.Writes;
    }

    public ResourceType Type { get; }

    public KindSchema Schema { get; }

    public GroupVersionKind Kind { get; }

    public ObjectStrategy Strategy { get; }

    /// <summary>The version at which objects are kept; this one, unless two versions or groups share a storage.</summary>
    public ServedResource Storage { get; }

    /// <summary>Between the stored version and this one; null where they are the same.</summary>
    public IObjectConversion? Conversion { get; }

    /// <summary>The definition that this is a version of; null for a built-in kind.</summary>
    public CustomResource? Custom { get; }

    /// <summary><c>apps/deployments/</c>; the namespace, where there is one, and the name follow.</summary>
    public string KeyPrefix { get; }

    /// <summary>How <c>kubectl get</c> shows it.</summary>
    public ITable Table => field ??= KindTables.Of(this);

    /// <summary>The JSON of a list up to the value of its resourceVersion.</summary>
    public byte[] ListHead { get; }

    /// <summary>The writes to objects of this resource that this process makes.</summary>
    public WriteCount Writes { get; }

    public bool Has(string verb) => Schema.Verbs.Contains(verb);

    public string KeyOf(string? ns, string name) => Type.Namespaced ? string.Concat(KeyPrefix, ns, "/", name) : KeyPrefix + name;

    public string PrefixOf(string? ns) => Type.Namespaced && !string.IsNullOrEmpty(ns) ? string.Concat(KeyPrefix, ns, "/") : KeyPrefix;

    /// <summary>Another name of the same objects.</summary>
    public bool SharesObjectsWith(ServedResource other) => ReferenceEquals(Writes, other.Writes);

    /// <summary>The bytes to store for a tree in the form that writes work on: the stored version of a built-in kind, this version of a custom one.</summary>
    public ValueTask<byte[]> EncodeAsync(JsonObject tree, CancellationToken cancellationToken) =>
        Custom is null ? new(ObjectJson.Encode(tree)) : Custom.EncodeAsync(this, tree, cancellationToken);

    public override string ToString() => Type.ToString();
}
