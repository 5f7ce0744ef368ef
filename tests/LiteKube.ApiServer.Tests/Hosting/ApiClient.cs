using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace LiteKube.ApiServer.Tests.Hosting;

public sealed record ApiAnswer(int Code, JsonObject Body, HttpResponseMessage Response)
{
    public JsonObject Metadata => Body["metadata"]!.AsObject();

    public string Version => (string)Metadata["resourceVersion"]!;

    public string Message => (string?)Body["message"] ?? "";

    public string Reason => (string?)Body["reason"] ?? "";

    public JsonArray Items => Body["items"]!.AsArray();

    public ApiAnswer Expect(int code)
    {
        Assert.True(Code == code, $"expected {code}, got {Code}: {Body.ToJsonString()}");
        return this;
    }
}

public sealed class ApiClient(HttpClient http) : IDisposable
{
    public HttpClient Http => http;

    public Task<ApiAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, null, accept);

    public Task<ApiAnswer> PostAsync(string path, string body, string? accept = null) => SendAsync(HttpMethod.Post, path, body, "application/json", accept);

    public Task<ApiAnswer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body, "application/json");

    public Task<ApiAnswer> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body, body is null ? null : "application/json");

    public Task<ApiAnswer> MergeAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json");

    public Task<ApiAnswer> StrategicAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/strategic-merge-patch+json");

    public Task<ApiAnswer> JsonPatchAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/json-patch+json");

    public Task<ApiAnswer> ApplyAsync(string path, string manager, string yaml, string query = "") =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}{query}", yaml, "application/apply-patch+yaml");

    public async Task<ApiAnswer> CreateAsync(string path, string body) => (await PostAsync(path, body)).Expect(201);

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body, string? contentType, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : new JsonObject { ["text"] = text }, response);
    }

    public async Task<WatchReader> WatchAsync(string pathAndQuery, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery + (pathAndQuery.Contains('?') ? "&" : "?") + "watch=true");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public void Dispose() => http.Dispose();
}

public sealed record Seen(string Type, JsonObject Object)
{
    public string Name => (string)Object["metadata"]!["name"]!;

    public string Version => (string)Object["metadata"]!["resourceVersion"]!;
}

public sealed class WatchReader(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    /// <summary>The next event; null when the server has ended the watch.</summary>
    public async Task<Seen?> NextAsync()
    {
        var line = await reader.ReadLineAsync().WaitAsync(s_limit);
        if (line is null)
            return null;
        var node = JsonNode.Parse(line)!.AsObject();
        return new Seen((string)node["type"]!, node["object"]!.AsObject());
    }

    public async Task<Seen> ExpectAsync(string type)
    {
        var next = await NextAsync();
        Assert.NotNull(next);
        Assert.True(next.Type == type, $"expected {type}, got {next.Type}: {next.Object.ToJsonString()}");
        return next;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
