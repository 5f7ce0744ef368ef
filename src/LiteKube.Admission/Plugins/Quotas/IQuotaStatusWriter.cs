using System.Text.Json.Nodes;
using LiteKube.Api;

namespace LiteKube.Admission.Plugins.Quotas;

/// <summary>Writes what of a quota is used. The API server implements it on its storage: admission must not pass admission.</summary>
public interface IQuotaStatusWriter
{
    /// <summary>False where the quota was changed since it was read.</summary>
    ValueTask<bool> TryWriteAsync(KubeObject read, JsonObject next, CancellationToken cancellationToken);
}
