using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server;

/// <summary><c>/pods</c>: the node's pods as it knows them.</summary>
internal sealed class PodsEndpoint(IPodDirectory directory)
{
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("kind"u8, "PodList"u8);
        json.WriteString("apiVersion"u8, "v1"u8);
        json.WriteStartObject("metadata"u8);
        json.WriteEndObject();
        json.WriteStartArray("items"u8);
        foreach (var pod in directory.Pods)
            pod.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
