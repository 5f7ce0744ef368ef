using LiteKube.Api;
using LiteKube.Api.Authorization.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>Nothing is made in a namespace that is not there or on its way out, and the namespaces the system lives in stay.</summary>
internal sealed class NamespaceLifecycle(IObjectReader objects) : IAdmissionPlugin
{
    private static readonly string[] s_immortal = ["default", "kube-system", "kube-public"];

    public string Name => "NamespaceLifecycle";

    public bool Handles(AdmissionRequest request) => request.Operation switch
    {
        AdmissionOperation.Delete => request.Is(Namespace.Resource),
        AdmissionOperation.Create or AdmissionOperation.Update => request.Resource.Namespaced && !request.Is(LocalSubjectAccessReview.Resource),
        _ => false,
    };

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation == AdmissionOperation.Delete)
        {
            if (s_immortal.Contains(request.Name))
                throw Denial.Of(request, "this namespace may not be deleted");
            return;
        }

        var found = await objects.GetAsync(Namespace.Resource, null, request.Namespace, cancellationToken) ?? throw ApiException.NotFound(Namespace.Resource, request.Namespace);
        if (request.Operation == AdmissionOperation.Create && IsTerminating(found))
        {
            throw Denial.Of(
                request,
                $"unable to create new content in namespace {request.Namespace} because it is being terminated",
                new StatusCause { Reason = "NamespaceTerminating", Message = $"namespace {request.Namespace} is being terminated", Field = "metadata.namespace" });
        }
    }

    private static bool IsTerminating(KubeObject found) => found.Header.DeletionTimestamp is not null || found.As<Namespace>().Status.Phase == "Terminating";
}
