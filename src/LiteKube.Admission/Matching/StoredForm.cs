using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Defaulting;
using LiteKube.Api.Schema;

namespace LiteKube.Admission.Matching;

/// <summary>Where nothing says otherwise: each resource is served in one form, the stored one.</summary>
internal sealed class StoredForm : IResourceForms
{
    public IReadOnlyList<ResourceType> EquivalentsOf(ResourceType resource) => [resource];

    public GroupVersionKind KindOf(ResourceType resource, string subresource) =>
        subresource.Length > 0 && ApiSchema.Current.Find(resource.Group, resource.Version, resource.Plural)?.Subresource(subresource) is { } sub
            ? sub.Kind
            : new GroupVersionKind(resource.Group, resource.Version, resource.Kind);

    public ValueTask<JsonObject> ShowAsync(AdmissionRequest request, JsonObject stored, ResourceType shownAs, CancellationToken cancellationToken) =>
        new((JsonObject)stored.DeepClone());

    public ValueTask<JsonObject> StoreAsync(AdmissionRequest request, JsonObject shown, ResourceType shownAs, CancellationToken cancellationToken)
    {
        if (ApiSchema.Current.Find(request.Resource.Group, request.Resource.Version, request.Resource.Plural) is { } schema && request.Subresource.Length == 0)
            Defaults.Apply(schema, shown);
        return new(shown);
    }
}
