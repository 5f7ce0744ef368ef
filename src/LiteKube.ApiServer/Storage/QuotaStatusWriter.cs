using System.Text.Json.Nodes;
using LiteKube.Admission.Plugins.Quotas;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Storage;

/// <summary>Admission's own writes: the use of quotas, swapped for what was read and nothing else.</summary>
internal sealed class QuotaStatusWriter(Lazy<ResourceRegistry> registry, ObjectStorage storage) : IQuotaStatusWriter
{
    public async ValueTask<bool> TryWriteAsync(KubeObject read, JsonObject next, CancellationToken cancellationToken)
    {
        var resource = registry.Value.Get(ResourceQuota.Resource);
        var key = resource.KeyOf(read.Header.Namespace, read.Header.Name);
        return await storage.PutAsync(resource, key, ObjectJson.Encode(next), read.Header.ResourceVersion, cancellationToken) is not null;
    }
}
