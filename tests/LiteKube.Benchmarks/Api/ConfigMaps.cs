using System.Net.Http.Headers;
using System.Text;

namespace LiteKube.Benchmarks.Api;

/// <summary>ConfigMaps of 1 KiB, and the requests that make, read and change them.</summary>
internal sealed class ConfigMaps(HttpClient http, string ns)
{
    private static readonly string s_payload = Payload(1024);
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    public string Collection { get; } = $"/api/v1/namespaces/{ns}/configmaps";

    public async Task NamespaceAsync()
    {
        using var answer = await http.PostAsync("/api/v1/namespaces", Content($$$"""{"metadata":{"name":"{{{ns}}}"}}"""));
        answer.EnsureSuccessStatusCode();
    }

    /// <returns>The resourceVersion.</returns>
    public Task<string> CreateAsync(string name) => WriteAsync(HttpMethod.Post, Collection, Body(name, null, null));

    /// <param name="mark">Found again in the events of the write.</param>
    public Task<string> UpdateAsync(string name, string version, long mark) => WriteAsync(HttpMethod.Put, $"{Collection}/{name}", Body(name, version, mark));

    public async Task GetAsync(string name)
    {
        using var answer = await http.GetAsync($"{Collection}/{name}", HttpCompletionOption.ResponseHeadersRead);
        await DrainAsync(answer);
    }

    public async Task ListAsync()
    {
        using var answer = await http.GetAsync(Collection, HttpCompletionOption.ResponseHeadersRead);
        await DrainAsync(answer);
    }

    /// <summary>Makes so many, 64 at a time, and tells their versions.</summary>
    public async Task<string[]> FillAsync(string prefix, int from, int count)
    {
        var versions = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => versions[i] = await CreateAsync($"{prefix}{from + i}"));
        return versions;
    }

    private async Task<string> WriteAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = Content(body), Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
        using var answer = await http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {Encoding.UTF8.GetString(bytes)}");
        var name = "\"resourceVersion\":\""u8;
        var rest = bytes.AsSpan(bytes.AsSpan().IndexOf(name) + name.Length);
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
    }

    private static async Task DrainAsync(HttpResponseMessage answer)
    {
        answer.EnsureSuccessStatusCode();
        using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 << 10);
        while (await stream.ReadAsync(buffer) > 0)
        {
        }

        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
    }

    private static ByteArrayContent Content(string body) => new(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = s_json } };

    private static string Body(string name, string? version, long? mark) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"{{(version is null ? "" : $",\"resourceVersion\":\"{version}\"")}},"labels":{"app":"bench"} },"data":{ {{(mark is null ? "" : $"\"bench-seq\":\"{mark}\",")}}"payload":"{{s_payload}}"} }""";

    private static string Payload(int size)
    {
        var random = new Random(1);
        return string.Create(size, random, static (text, r) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[r.Next(36)];
        });
    }
}
