using LiteKube.Admission.Metrics;
using LiteKube.ApiServer.Flow;
using LiteKube.ApiServer.Metrics;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;

namespace LiteKube.ApiServer.Http;

/// <summary>/metrics, by the names that Kubernetes uses. Gathered when asked for.</summary>
internal sealed class MetricsPage(RequestMetrics requests, AccessMetrics access, FlowControl flows, AdmissionMetrics admission, ResourceRegistry registry, ObjectStorage storage, ApiServerOptions options)
{
    public async ValueTask<byte[]> RenderAsync(CancellationToken cancellationToken)
    {
        var text = new MetricsText();
        RequestPageMetrics.Write(text, requests);
        FlowPageMetrics.Write(text, flows);
        access.Write(text);
        AdmissionPageMetrics.Write(text, admission);
        await WriteObjectsAsync(text, cancellationToken);
        text.Single("litekube_store_revision", "gauge", "The newest revision of the store.", storage.Revision);
        text.Family("kubernetes_build_info", "gauge", "Always 1; its labels say what runs.");
        var numbers = options.Version.TrimStart('v').Split('.');
        text.Sample("kubernetes_build_info", 1, "git_version", options.Version, "major", numbers[0], "minor", numbers.Length > 1 ? numbers[1] : "", "platform", VersionDocument.Platform);
        ProcessMetrics.Write(text);
        return text.ToBytes();
    }

    private async ValueTask WriteObjectsAsync(MetricsText text, CancellationToken cancellationToken)
    {
        const string name = "apiserver_storage_objects";
        text.Family(name, "gauge", "Stored objects by kind.");
        foreach (var resource in registry.Resources.Where(r => r.Has("list")).DistinctBy(r => r.KeyPrefix))
        {
            var page = await storage.ListAsync(new StoreQuery(resource.KeyPrefix, Limit: 1), cancellationToken);
            text.Sample(name, page.Entries.Count + page.Remaining, "resource", resource.Type.GroupResource);
        }
    }
}
