using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Scheduling.V1;
using LiteKube.ApiServer.Flow;
using LiteKube.ApiServer.Services;
using LiteKube.Security;

namespace LiteKube.ApiServer.Bootstrap;

/// <summary>The objects without which nothing else can be made. Run at every start; what is there already stays, but for what security must add to its own.</summary>
internal sealed class ClusterBootstrap(BootstrapWriter writer, SecurityBootstrap security, FlowObjectWriter flows, BootstrapProgress progress, KubernetesService service, DefaultServiceCidr range, ClusterInfo info)
{
    private static readonly string[] s_namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public async Task RunAsync(int port, CancellationToken cancellationToken)
    {
        // Together, so that the first start is a few commits and not a hundred.
        await progress.FollowAsync("start-system-namespaces-controller",
            Task.WhenAll(s_namespaces.Select(name => writer.EnsureAsync(Namespace.Resource, "", KubeObject.Of(new Namespace { Metadata = new ObjectMeta { Name = name } }), _ => null, cancellationToken))));
        await Task.WhenAll(
            progress.FollowAsync("scheduling/bootstrap-system-priority-classes", Task.WhenAll(SystemPriorityClasses.All.Select(p => writer.EnsureAsync(PriorityClass.Resource, "", KubeObject.Of(p), _ => null, cancellationToken)))),
            progress.FollowAsync("rbac/bootstrap-roles", Task.WhenAll(security.Objects().Select(o => writer.EnsureAsync(o, cancellationToken)))),
            writer.EnsureAsync(info.Of(port), cancellationToken),
            progress.FollowAsync("start-kubernetes-service-cidr-controller", range.EnsureAsync(cancellationToken)),
            progress.FollowAsync("priority-and-fairness-config-producer", flows.WriteAsync(cancellationToken)));
        await progress.FollowAsync("bootstrap-controller", service.EnsureAsync(port, cancellationToken));
    }
}
