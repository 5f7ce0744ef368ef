using System.Text.Json;

namespace LiteKube.Benchmarks.Runtime;

/// <summary>One watch of all pods of a namespace.</summary>
internal sealed class PodWatch : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private PodWatch(HttpResponseMessage response, StreamReader lines)
    {
        _response = response;
        _lines = lines;
    }

    public static async Task<PodWatch> OpenAsync(HttpClient api, string pods)
    {
        var response = await api.GetAsync(pods + "?watch=true", HttpCompletionOption.ResponseHeadersRead);
        return new PodWatch(response.EnsureSuccessStatusCode(), new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>Reads on until so many pods have been seen Running, each counted once.</summary>
    public Task RunningAsync(int pods) => ReadAsync(pods, (type, pod) => type != "DELETED" && pod.TryGetProperty("status", out var status) && status.TryGetProperty("phase", out var phase) && phase.GetString() == "Running");

    public Task DeletedAsync(int pods) => ReadAsync(pods, (type, _) => type == "DELETED");

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }

    private async Task ReadAsync(int pods, Func<string, JsonElement, bool> counts)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Count < pods)
        {
            using var line = JsonDocument.Parse(await _lines.ReadLineAsync() ?? throw new InvalidOperationException("the watch has ended"));
            var pod = line.RootElement.GetProperty("object");
            if (counts(line.RootElement.GetProperty("type").GetString()!, pod))
                seen.Add(pod.GetProperty("metadata").GetProperty("name").GetString()!);
        }
    }
}
