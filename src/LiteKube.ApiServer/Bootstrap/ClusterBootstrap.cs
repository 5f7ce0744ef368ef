using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Scheduling.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Services;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using LiteKube.Security;
using LiteKube.Security.Authorization.Bootstrap;

namespace LiteKube.ApiServer.Bootstrap;

/// <summary>The objects without which nothing else can be made. Run at every start; what is there already stays, but for what security must add to its own.</summary>
internal sealed class ClusterBootstrap(
    ResourceRegistry registry, ObjectStorage storage, ObjectCreator creator, ObjectUpdater updater, SecurityBootstrap security, KubernetesService service)
{
    private static readonly UserInfo s_self = UserInfo.Of("system:apiserver", UserInfo.MastersGroup);

    private static readonly string[] s_namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public async Task RunAsync(int port, CancellationToken cancellationToken)
    {
        // Together, so that the first start is a few commits and not a hundred.
        await Task.WhenAll(s_namespaces.Select(name => EnsureAsync(Namespace.Resource, "", KubeObject.Of(new Namespace { Metadata = new ObjectMeta { Name = name } }), _ => null, cancellationToken)));
        var priorities = SystemPriorityClasses.All.Select(p => EnsureAsync(PriorityClass.Resource, "", KubeObject.Of(p), _ => null, cancellationToken));
        var objects = security.Objects().Select(o => EnsureAsync(o.Resource, o.Namespace ?? "", o.Object, o.Merge, cancellationToken));
        await Task.WhenAll([.. priorities, .. objects]);
        await service.EnsureAsync(port, cancellationToken);
    }

    private async Task EnsureAsync(ResourceType type, string ns, KubeObject wanted, Func<KubeObject, KubeObject?> merge, CancellationToken cancellationToken)
    {
        var resource = registry.Get(type);
        if (await storage.GetAsync(resource, ns, wanted.Header.Name, cancellationToken) is not { } present)
        {
            await creator.CreateAsync(new ApiRequest { User = s_self, Verb = "create", Resource = resource, Namespace = ns }, wanted.ToTree(), cancellationToken);
            return;
        }

        if (merge(present.Object) is null)
            return;
        var request = new ApiRequest { User = s_self, Verb = "update", Resource = resource, Namespace = ns, Name = wanted.Header.Name };
        await updater.UpdateAsync(request, current => merge(new KubeObject(Api.Codecs.JsonTree.Write(current)))?.ToTree() ?? current, resource.Strategy.PrepareForUpdate, cancellationToken);
    }
}
