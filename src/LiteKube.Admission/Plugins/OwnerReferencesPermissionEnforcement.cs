using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;

namespace LiteKube.Admission.Plugins;

/// <summary>
/// Who changes an object's owners must be allowed to delete it, since its owner's end is its own; and who lets it hold up the deletion of an owner must
/// be allowed to set that owner's finalizers. Off by default.
/// </summary>
internal sealed class OwnerReferencesPermissionEnforcement(IAdmissionAuthorizer authorizer, IResourceForms forms) : IAdmissionPlugin
{
    public string Name => "OwnerReferencesPermissionEnforcement";

    public bool Handles(AdmissionRequest request) => request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && !(request.Resource.GroupResource == "pods" && request.Subresource == "status");

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var before = request.OldObject.Child("metadata").Objects("ownerReferences").ToList();
        var after = request.Object.Child("metadata").Objects("ownerReferences").ToList();
        if (before.Count == after.Count && before.Zip(after).All(p => JsonNode.DeepEquals(p.First, p.Second)))
            return;
        var delete = new AccessQuestion("delete", request.Resource.Group, request.Resource.Plural)
        {
            Version = request.Resource.Version, Namespace = request.Resource.Namespaced ? request.Namespace : "", Name = request.Name,
        };
        if (request.Operation == AdmissionOperation.Update && !await authorizer.MayAsync(request.User, delete, cancellationToken))
            throw Denial.Of(request, "cannot set an ownerRef on a resource you can't delete: , <nil>");

        foreach (var owner in after.Where(o => o.Flag("blockOwnerDeletion") == true && !before.Any(b => b.Text("uid") == o.Text("uid") && b.Flag("blockOwnerDeletion") == true)))
        {
            var resource = forms.FindKind(owner.Text("apiVersion") ?? "", owner.Text("kind") ?? "")
                ?? throw Denial.Of(request, $"cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion {owner.Text("apiVersion")} Kind {owner.Text("kind")}");
            var finalize = new AccessQuestion("update", resource.Group, resource.Plural)
            {
                Version = resource.Version, Subresource = "finalizers", Namespace = resource.Namespaced ? request.Namespace : "", Name = owner.Text("name") ?? "",
            };
            if (!await authorizer.MayAsync(request.User, finalize, cancellationToken))
                throw Denial.Of(request, "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>");
        }
    }
}
