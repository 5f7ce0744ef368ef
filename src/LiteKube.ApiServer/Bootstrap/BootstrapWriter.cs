using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using LiteKube.Security.Authorization.Bootstrap;

namespace LiteKube.ApiServer.Bootstrap;

/// <summary>Writes the server's own objects: made where they are missing, merged where they are not.</summary>
internal sealed class BootstrapWriter(ResourceRegistry registry, ObjectStorage storage, ObjectCreator creator, ObjectUpdater updater)
{
    private static readonly UserInfo s_self = UserInfo.Of("system:apiserver", UserInfo.MastersGroup);

    public Task EnsureAsync(BootstrapObject wanted, CancellationToken cancellationToken) =>
        EnsureAsync(wanted.Resource, wanted.Namespace ?? "", wanted.Object, wanted.Merge, cancellationToken);

    /// <param name="merge">The object with what it lacks, or null where it lacks nothing.</param>
    public async Task EnsureAsync(ResourceType type, string ns, KubeObject wanted, Func<KubeObject, KubeObject?> merge, CancellationToken cancellationToken)
    {
        var resource = registry.Get(type);
        if (await storage.GetAsync(resource, ns, wanted.Header.Name, cancellationToken) is not { } present)
        {
            await creator.CreateAsync(new ApiRequest { User = s_self, Verb = "create", Resource = resource, Namespace = ns }, wanted.ToTree(), cancellationToken);
            return;
        }

        if (merge(present.Object) is not null)
            await ChangeAsync(type, ns, wanted.Header.Name, "", merge, cancellationToken);
    }

    public async Task ChangeAsync(ResourceType type, string ns, string name, string subresource, Func<KubeObject, KubeObject?> change, CancellationToken cancellationToken)
    {
        var resource = registry.Get(type);
        var request = new ApiRequest { User = s_self, Verb = "update", Resource = resource, Namespace = ns, Name = name, Subresource = subresource };
        UpdateScope scope = subresource == "status" ? resource.Strategy.PrepareForStatusUpdate : resource.Strategy.PrepareForUpdate;
        await updater.UpdateAsync(request, current => change(new KubeObject(Api.Codecs.JsonTree.Write(current)))?.ToTree() ?? current, scope, cancellationToken);
    }
}
