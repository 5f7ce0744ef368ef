using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.ApiServer.CustomResources;
using LiteKube.ApiServer.Subresources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Resources;

/// <summary>The registry's answers to admission: which resources show the same objects, and how.</summary>
internal sealed class ServedForms(Lazy<ResourceRegistry> registry, ObjectRules rules) : IResourceForms
{
    private const string Scale = "scale";

    public IReadOnlyList<ResourceType> EquivalentsOf(ResourceType resource)
    {
        if (registry.Value.Find(resource) is not { } served)
            return [resource];
        var same = new List<ResourceType>();
        foreach (var other in registry.Value.Resources)
        {
            if (other.SharesObjectsWith(served))
                same.Add(other.Type);
        }

        return same;
    }

    public GroupVersionKind KindOf(ResourceType resource, string subresource) =>
        subresource.Length > 0 && registry.Value.Find(resource)?.Schema.Subresource(subresource) is { } sub ? sub.Kind : new GroupVersionKind(resource.Group, resource.Version, resource.Kind);

    public ResourceType? FindKind(string apiVersion, string kind) => registry.Value.Resources.FirstOrDefault(r => r.Type.Kind == kind && r.Type.ApiVersion == apiVersion)?.Type;

    public TypeSchema? TypeOf(ResourceType resource, string subresource)
    {
        var kind = KindOf(resource, subresource);
        return registry.Value.Find(resource) is { } served && kind == served.Kind ? served.Schema.Type : ApiSchema.Current.Type(kind);
    }

    public async ValueTask<JsonObject> ShowAsync(AdmissionRequest request, JsonObject stored, ResourceType shownAs, CancellationToken cancellationToken)
    {
        if (request.Subresource == Scale)
            return ScaleSubresource.ScaleOf(stored, registry.Value.Find(request.RequestResource)?.Schema.Custom?.Scale);
        var shown = (JsonObject)stored.DeepClone();
        if (IsItself(request))
        {
            // An update is for the version that it replaces, which the tree of the new object does not say any more.
            if (request.OldObject.Object("metadata").String("resourceVersion") is { } version && shown.Object("metadata") is { } metadata && !metadata.ContainsKey("resourceVersion"))
                metadata["resourceVersion"] = version;
            if (registry.Value.Find(shownAs) is { } served)
            {
                served.Conversion?.ToServed(shown);
                if (served.Custom is { } custom)
                    shown = await custom.ConvertAsync(shown, served, cancellationToken);
            }
        }

        return shown;
    }

    public async ValueTask<JsonObject> StoreAsync(AdmissionRequest request, JsonObject shown, ResourceType shownAs, CancellationToken cancellationToken)
    {
        if (request.Subresource == Scale)
        {
            var scaled = (JsonObject)request.Object!.DeepClone();
            if (shown.Object("spec")?["replicas"] is { } replicas)
                CustomScale.SetReplicas(scaled, registry.Value.Find(request.RequestResource)?.Schema.Custom?.Scale, replicas.AsLong() ?? 0);
            return scaled;
        }

        if (!IsItself(request))
            return shown;
        shown.Object("metadata")?.Remove("resourceVersion");
        if (registry.Value.Find(shownAs) is { } served)
        {
            // What a webhook adds and the schema does not know is dropped, as it is from a client's body.
            StructureCheck.Normalize(shown, served.Schema.Type);
            served.Conversion?.ToStorage(shown);
            if (served.Custom is { } custom && registry.Value.Find(request.Resource) is { } version)
            {
                shown = await custom.ConvertAsync(shown, version, cancellationToken);
                rules.Default(version, shown);
            }
            else
            {
                rules.Default(served.Storage, shown);
            }
        }

        return shown;
    }

    /// <summary>The body is the object, not the options of a connection or the like.</summary>
    private bool IsItself(AdmissionRequest request) =>
        request.Operation != AdmissionOperation.Connect && KindOf(request.RequestResource, request.Subresource).Kind == request.RequestResource.Kind;
}
