using System.Globalization;
using System.Text;
using LiteKube.ApiServer.Storage;

namespace LiteKube.ApiServer.Http;

/// <summary>A few numbers in Prometheus' text form.</summary>
internal sealed class MetricsPage(ObjectStorage storage)
{
    private long _requests;
    private long _failures;

    public void Request() => Interlocked.Increment(ref _requests);

    public void Failure() => Interlocked.Increment(ref _failures);

    public byte[] Render()
    {
        var text = new StringBuilder();
        Add(text, "litekube_apiserver_requests_total", "counter", "Requests received.", Interlocked.Read(ref _requests));
        Add(text, "litekube_apiserver_request_failures_total", "counter", "Requests answered with a Status of failure.", Interlocked.Read(ref _failures));
        Add(text, "litekube_store_revision", "gauge", "The newest revision of the store.", storage.Revision);
        Add(text, "process_resident_memory_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
        Add(text, "dotnet_gc_heap_bytes", "gauge", "Bytes in the managed heap.", GC.GetTotalMemory(false));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Add(StringBuilder text, string name, string type, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
}
