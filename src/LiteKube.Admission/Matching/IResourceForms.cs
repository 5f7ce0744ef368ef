using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Schema;

namespace LiteKube.Admission.Matching;

/// <summary>
/// The forms in which the same objects are served. Admission works on the stored form; webhooks and policies are shown the one that they ask for.
/// The API server implements it.
/// </summary>
public interface IResourceForms
{
    /// <summary>Every resource that shows the same objects, this one included.</summary>
    IReadOnlyList<ResourceType> EquivalentsOf(ResourceType resource);

    /// <summary>The kind of the bodies of a resource or of its sub-resource, as Scale for <c>deployments/scale</c>.</summary>
    GroupVersionKind KindOf(ResourceType resource, string subresource);

    /// <summary>The resource of a kind as an owner reference names it; null where no such kind is served.</summary>
    ResourceType? FindKind(string apiVersion, string kind) => ApiSchema.Current.Kinds.FirstOrDefault(k => k.Resource.Kind == kind && k.Resource.ApiVersion == apiVersion)?.Resource;

    /// <summary>The structure of the bodies of a resource or of its sub-resource; null where it is not known.</summary>
    TypeSchema? TypeOf(ResourceType resource, string subresource) => ApiSchema.Current.Type(KindOf(resource, subresource));

    /// <summary>An object of the request, new or old, as <paramref name="shownAs"/> has it. Never the tree that it is given.</summary>
    ValueTask<JsonObject> ShowAsync(AdmissionRequest request, JsonObject stored, ResourceType shownAs, CancellationToken cancellationToken);

    /// <summary>The way back: what became of an object so shown, in the form of <see cref="AdmissionRequest.Object"/>, with its defaults.</summary>
    ValueTask<JsonObject> StoreAsync(AdmissionRequest request, JsonObject shown, ResourceType shownAs, CancellationToken cancellationToken);
}
