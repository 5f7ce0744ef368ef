using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>
/// One definition as it is served: its versions, and how objects get from the version they are stored in to the one asked for and back.
/// A changed definition is another one of these.
/// </summary>
internal sealed class CustomResource
{
    private readonly Dictionary<string, ServedResource> _byApiVersion;
    private readonly TaskCompletionSource _retired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isTerminating;

    public CustomResource(IReadOnlyList<CustomKind> kinds, IVersionConversion conversion, WriteCount writes)
    {
        Conversion = conversion;
        Writes = writes;
        var versions = kinds.Select(k => new ServedResource(k.Schema, new CustomResourceStrategy { HasStatus = k.HasStatus, CountsGenerations = true, UnconditionalUpdate = false }, this)).ToArray();
        _byApiVersion = versions.ToDictionary(v => v.Type.ApiVersion, StringComparer.Ordinal);
        Storage = versions.First(v => KindOf(v).IsStorage);
        Served = [.. versions.Where(v => KindOf(v).IsServed)];
    }

    public IReadOnlyList<ServedResource> Served { get; }

    /// <summary>The version written to the store, served or not.</summary>
    public ServedResource Storage { get; }

    public IVersionConversion Conversion { get; }

    public WriteCount Writes { get; }

    /// <summary>The definition is being deleted and its objects with it.</summary>
    public bool IsTerminating
    {
        get => _isTerminating;
        set => _isTerminating = value;
    }

    /// <summary>Done when the definition has changed or gone: watches end, and their clients find what is served then.</summary>
    public Task Retired => _retired.Task;

    public void Retire() => _retired.TrySetResult();

    /// <summary>What holds of every request for a custom resource.</summary>
    public void Check(ApiRequest request)
    {
        if (IsTerminating && request.Verb == "create" && request.Subresource.Length == 0)
            throw new ApiException(StatusReason.MethodNotAllowed, "create not allowed while custom resource definition is terminating");
        if (KindOf(request.Resource).DeprecationWarning is { } warning)
            request.Warn(warning);
    }

    /// <summary>The object is stored in another version than new ones are.</summary>
    public bool IsStale(StoredObject stored) => stored.Object.Header.ApiVersion != Storage.Type.ApiVersion;

    /// <summary>Makes objects ready to be read as the version; those that need a webhook go to it together.</summary>
    public async ValueTask ReadyAsync(ServedResource version, IReadOnlyList<StoredObject> objects, CancellationToken cancellationToken)
    {
        if (Conversion.IsLocal)
            return;
        List<StoredObject>? remote = null;
        foreach (var stored in objects)
            if (stored.Object.Header.ApiVersion != version.Type.ApiVersion && stored.FormOf(version) is null)
                (remote ??= []).Add(stored);
        if (remote is null)
            return;
        var converted = await Conversion.ConvertAsync([.. remote.Select(Fitted)], version.Type.ApiVersion, cancellationToken);
        for (var i = 0; i < converted.Count; i++)
        {
            Prune(version, converted[i]);
            remote[i].Keep(version, Encoded(converted[i], remote[i]));
        }
    }

    /// <summary>The object as the version, where that takes no webhook.</summary>
    public KubeObject Read(ServedResource version, StoredObject stored)
    {
        var form = Make(version, stored);
        stored.Keep(version, form);
        return form;
    }

    /// <summary>The bytes to store for an object of that version.</summary>
    public async ValueTask<byte[]> EncodeAsync(ServedResource version, JsonObject tree, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(version, Storage))
            return ObjectJson.Encode(tree);
        var converted = await ConvertAsync((JsonObject)tree.DeepClone(), Storage, cancellationToken);
        Prune(Storage, converted);
        return ObjectJson.Encode(converted);
    }

    /// <summary>One object in another version of this resource.</summary>
    public async ValueTask<JsonObject> ConvertAsync(JsonObject tree, ServedResource to, CancellationToken cancellationToken) =>
        tree.String("apiVersion") == to.Type.ApiVersion ? tree : (await Conversion.ConvertAsync([tree], to.Type.ApiVersion, cancellationToken))[0];

    private KubeObject Make(ServedResource version, StoredObject stored)
    {
        var tree = stored.Object.ToTree();
        if (stored.Object.Header.ApiVersion == version.Type.ApiVersion)
            return KindOf(version).Fit(tree) ? Encoded(tree, stored) : stored.Object;
        if (!Conversion.IsLocal)
            throw new InvalidOperationException($"{version.Type} was read before it was converted");
        if (_byApiVersion.TryGetValue(stored.Object.Header.ApiVersion, out var written))
            KindOf(written).Fit(tree);
        tree["apiVersion"] = version.Type.ApiVersion;
        Prune(version, tree);
        return Encoded(tree, stored);
    }

    /// <summary>The stored object, pruned and defaulted by the version that it was stored in.</summary>
    private JsonObject Fitted(StoredObject stored)
    {
        var tree = stored.Object.ToTree();
        if (_byApiVersion.TryGetValue(stored.Object.Header.ApiVersion, out var written))
            KindOf(written).Fit(tree);
        return tree;
    }

    private static KubeObject Encoded(JsonObject tree, StoredObject stored) =>
        new(ObjectJson.Encode(tree, stored.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static void Prune(ServedResource version, JsonObject tree) => Api.Structure.StructureCheck.Normalize(tree, version.Schema.Type);

    private static CustomKind KindOf(ServedResource version) => version.Schema.Custom!;
}
