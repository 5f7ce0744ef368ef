using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Admission.Plugins.Quotas;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Testing.Objects;

namespace LiteKube.Admission.Tests;

/// <summary>Compare-and-swap on objects in memory: by identity of what was read.</summary>
internal sealed class QuotaWriter(FakeObjects objects) : IQuotaStatusWriter
{
    private readonly Lock _gate = new();

    /// <summary>Run before each write; may write itself, so that the write conflicts.</summary>
    public Action? Before { get; set; }

    public int Writes { get; private set; }

    public async ValueTask<bool> TryWriteAsync(KubeObject read, JsonObject next, CancellationToken cancellationToken)
    {
        Before?.Invoke();
        // Gives others their turn, as a disk would.
        await Task.Yield();
        lock (_gate)
        {
            var present = objects.Find(ResourceQuota.Resource, read.Header.Namespace, read.Header.Name);
            if (!ReferenceEquals(present, read))
                return false;
            Writes++;
            objects.Put(ResourceQuota.Resource, new KubeObject(Encoding.UTF8.GetBytes(next.ToJsonString())));
            return true;
        }
    }
}
