using System.Text.Json;
using LiteKube.Api.OpenApi.Gnostic;
using LiteKube.Api.Protobuf;

namespace LiteKube.Api.OpenApi;

/// <summary>The protobuf form of the v2 document, which Go clients ask for: gnostic's openapi.v2.Document.</summary>
public static class OpenApiProtobuf
{
    /// <param name="json">The document as JSON.</param>
    public static byte[] OfV2(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        using var writer = new WireWriter();
        new GnosticWriter(writer).Message(document.RootElement, GnosticV2.Document);
        return writer.Written.ToArray();
    }
}
