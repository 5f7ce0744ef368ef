using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Networking.V1;
using LiteKube.ApiServer.Bootstrap;

namespace LiteKube.ApiServer.Services;

/// <summary>The ServiceCIDR <c>kubernetes</c>: the range that this server gives addresses from, for others to see.</summary>
internal sealed class DefaultServiceCidr(BootstrapWriter writer, ApiServerOptions options, TimeProvider time)
{
    private const string Name = "kubernetes";
    private const string Finalizer = "networking.k8s.io/service-cidr-finalizer";
    private const string Ready = "Ready";

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var wanted = new ServiceCIDR { Metadata = new ObjectMeta { Name = Name, Finalizers = [Finalizer] }, Spec = new ServiceCIDRSpec { Cidrs = [options.ServiceCidr.ToString()] } };
        await writer.EnsureAsync(ServiceCIDR.Resource, "", KubeObject.Of(wanted), _ => null, cancellationToken);
        await writer.ChangeAsync(ServiceCIDR.Resource, "", Name, "status", Judged, cancellationToken);
    }

    /// <summary>The object with its condition; null where it has one, or where it is of another range: the server was given a new one, and a range that is written never changes.</summary>
    private KubeObject? Judged(KubeObject present)
    {
        var cidr = present.As<ServiceCIDR>();
        if (cidr.Spec?.Cidrs is not [var range] || range != options.ServiceCidr.ToString() || cidr.Status?.Conditions.Any(c => c.Type == Ready) == true)
            return null;
        var condition = new Condition { Type = Ready, Status = "True", Message = "Kubernetes default Service CIDR is ready", LastTransitionTime = time.GetUtcNow() };
        var status = cidr.Status ?? new ServiceCIDRStatus();
        return KubeObject.Of(cidr with { Status = status with { Conditions = [.. status.Conditions, condition] } });
    }
}
