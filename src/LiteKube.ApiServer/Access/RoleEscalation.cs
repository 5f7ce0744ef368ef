using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api.Codecs;
using LiteKube.Api.Rbac.V1;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Access;

/// <summary>Sees that roles and bindings give away nothing that their writer has not. Part of the admission chain, because it looks at objects on their way to the store.</summary>
internal sealed class RoleEscalation(IEscalationCheck check) : IAdmissionPlugin
{
    public string Name => "RoleEscalation";

    public bool Handles(AdmissionRequest request) =>
        request.Resource.Group == Role.Resource.Group && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && request.Subresource.Length == 0;

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Resource.Group != Role.Resource.Group || request.Object is not { } written || (request.OldObject is { } old && SameButForCollection(written, old)))
            return ValueTask.CompletedTask;
        var name = request.Name.Length > 0 ? request.Name : written.Object("metadata").String("name") ?? "";
        var json = JsonTree.Write(written);
        var isNew = request.OldObject is null;
        switch (request.Resource.Plural)
        {
            case "roles":
                return check.CheckRoleAsync(request.User, request.Resource, request.Namespace, name, isNew, JsonText.Parse<Role>(json).Rules, aggregates: false, cancellationToken);
            case "clusterroles":
                var role = JsonText.Parse<ClusterRole>(json);
                var aggregates = Gathers(written) || Gathers(request.OldObject);
                return check.CheckRoleAsync(request.User, request.Resource, "", name, isNew, role.Rules, aggregates, cancellationToken);
            case "rolebindings":
                return check.CheckBindingAsync(request.User, request.Resource, request.Namespace, name, JsonText.Parse<RoleBinding>(json).RoleRef, cancellationToken);
            case "clusterrolebindings":
                return check.CheckBindingAsync(request.User, request.Resource, "", name, JsonText.Parse<ClusterRoleBinding>(json).RoleRef, cancellationToken);
            default:
                return ValueTask.CompletedTask;
        }
    }

    private static bool Gathers(JsonObject? role) => role.Object("aggregationRule") is { Count: > 0 };

    /// <summary>Only what garbage collection writes differs: it grants nothing, and must always be able to finish.</summary>
    private static bool SameButForCollection(JsonObject written, JsonObject old) => JsonNode.DeepEquals(Rest(written), Rest(old));

    private static JsonObject Rest(JsonObject tree)
    {
        var rest = (JsonObject)tree.DeepClone();
        if (rest.Object("metadata") is { } metadata)
        {
            foreach (var name in (ReadOnlySpan<string>)["ownerReferences", "finalizers", "resourceVersion", "generation", "managedFields", "selfLink"])
                metadata.Remove(name);
        }

        return rest;
    }
}
