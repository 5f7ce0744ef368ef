using LiteKube.Admission;
using LiteKube.Admission.Expressions;
using LiteKube.ApiServer.Audit;
using LiteKube.ApiServer.Bootstrap;
using LiteKube.ApiServer.Flow;
using LiteKube.ApiServer.Health;
using LiteKube.ApiServer.Metrics;
using LiteKube.ApiServer.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.ApiServer.Access;

/// <summary>Who may do what, how much of it at once, and the record of it.</summary>
internal static class AccessServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<IAdmissionAuthorizer, AdmissionAuthorizer>();
        services.AddSingleton<IAdmissionPlugin, RoleEscalation>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<IHostedService>(p => p.GetRequiredService<AuditLog>());
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<BootstrapProgress>();
        services.AddSingleton<HealthChecks>();
        services.AddSingleton<IExpressionAuthorizer, ExpressionAuthorizer>();
        services.AddSingleton<PolicyStatusWriter>();
        services.AddSingleton<IHostedService, PolicyStatusKeeper>();
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<AccessMetrics>();
        services.AddSingleton<FlowControl>();
        services.AddSingleton<FlowObjectWriter>();
        services.AddSingleton<IHostedService, FlowObjectKeeper>();
    }
}
