using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins.Quotas;

/// <summary>No namespace uses more than its ResourceQuotas allow. Last in the chain: what is counted here is about to be stored.</summary>
internal sealed class ResourceQuotaPlugin(IObjectReader objects, IQuotaStatusWriter writer, TimeProvider time) : IAdmissionPlugin
{
    private readonly QuotaLedger _ledger = new(objects, writer);

    public string Name => "ResourceQuota";

    public bool Handles(AdmissionRequest request)
    {
        if (request.Namespace.Length == 0 || !request.Resource.Namespaced || request.Object is null)
            return false;
        if (request.Subresource.Length > 0)
            return request.Operation == AdmissionOperation.Update && request.Is(Pod.Resource, "resize");
        return request.Operation switch
        {
            AdmissionOperation.Create => true,
            AdmissionOperation.Update => MayUseMore(request),
            _ => false,
        };
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (await _ledger.HasQuotasAsync(request.Namespace, cancellationToken))
            await _ledger.ChargeAsync(new QuotaClaim(request, time.GetUtcNow()), cancellationToken);
    }

    private static bool MayUseMore(AdmissionRequest request) => request.Resource.GroupResource switch
    {
        "services" or "persistentvolumeclaims" => true,
        // The one change of a pod that moves it between scopes.
        "pods" => request.Object.Child("spec").Long("activeDeadlineSeconds") is null != request.OldObject.Child("spec").Long("activeDeadlineSeconds") is null,
        _ => false,
    };
}
