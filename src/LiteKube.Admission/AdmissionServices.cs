using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Admission.Metrics;
using LiteKube.Admission.Plugins;
using LiteKube.Admission.Plugins.Limits;
using LiteKube.Admission.Plugins.PodSecurity;
using LiteKube.Admission.Plugins.Quotas;
using LiteKube.Admission.Policies;
using LiteKube.Admission.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LiteKube.Admission;

public static class AdmissionServices
{
    /// <summary>Registers <see cref="IAdmissionChain"/>. Needs an <see cref="LiteKube.Api.IObjectReader"/>, an <see cref="IServiceDialer"/>, an <see cref="IQuotaStatusWriter"/>, which the API server registers, and logging.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, AdmissionOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IAdmissionChain, AdmissionChain>();
        services.TryAddSingleton<IResourceForms, StoredForm>();
        services.TryAddSingleton<IExpressionAuthorizer, NoAuthorizer>();
        services.TryAddSingleton<IAdmissionAuthorizer, NobodyMay>();
        services.AddSingleton<ResourceMatcher>();
        services.AddSingleton<PolicyMatcher>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<WebhookCaller>();
        services.AddSingleton<AdmissionMetrics>();

        // In Kubernetes' order; AdmissionOptions says which run.
        services.AddSingleton<IAdmissionPlugin, NamespaceLifecycle>();
        services.AddSingleton<IAdmissionPlugin, LimitRanger>();
        services.AddSingleton<IAdmissionPlugin, ServiceAccountPlugin>();
        services.AddSingleton<IAdmissionPlugin, NodeRestriction>();
        services.AddSingleton<IAdmissionPlugin, TaintNodesByCondition>();
        services.AddSingleton<IAdmissionPlugin, PodSecurityPlugin>();
        services.AddSingleton<IAdmissionPlugin, Priority>();
        services.AddSingleton<IAdmissionPlugin, DefaultTolerationSeconds>();
        services.AddSingleton<IAdmissionPlugin, ExtendedResourceToleration>();
        services.AddSingleton<IAdmissionPlugin, DefaultStorageClass>();
        services.AddSingleton<IAdmissionPlugin, StorageObjectInUseProtection>();
        services.AddSingleton<IAdmissionPlugin, OwnerReferencesPermissionEnforcement>();
        services.AddSingleton<IAdmissionPlugin, PersistentVolumeClaimResize>();
        services.AddSingleton<IAdmissionPlugin, RuntimeClassPlugin>();
        services.AddSingleton<IAdmissionPlugin, CertificateApproval>();
        services.AddSingleton<IAdmissionPlugin, CertificateSigning>();
        services.AddSingleton<IAdmissionPlugin, CertificateSubjectRestriction>();
        services.AddSingleton<IAdmissionPlugin, DefaultIngressClass>();
        services.AddSingleton<IAdmissionPlugin, MatchConditionCheck>();
        services.AddSingleton<IAdmissionPlugin, MutatingAdmissionPolicyPlugin>();
        services.AddSingleton<IAdmissionPlugin, MutatingAdmissionWebhook>();
        services.AddSingleton<IAdmissionPlugin, ValidatingAdmissionPolicyPlugin>();
        services.AddSingleton<IAdmissionPlugin, ValidatingAdmissionWebhook>();
        services.AddSingleton<IAdmissionPlugin, ResourceQuotaPlugin>();
        return services;
    }
}
