using System.Text.Json;
using LiteKube.Api.OpenApi.Gnostic;
using LiteKube.Api.Protobuf;

namespace LiteKube.Api.OpenApi;

/// <summary>The protobuf forms of the documents, which Go clients ask for: gnostic's openapi.v2.Document and openapi.v3.Document.</summary>
public static class OpenApiProtobuf
{
    /// <param name="json">The document as JSON.</param>
    public static byte[] OfV2(ReadOnlyMemory<byte> json) => Of(json, GnosticV2.Document);

    /// <param name="json">The document of a group version as JSON.</param>
    public static byte[] OfV3(ReadOnlyMemory<byte> json) => Of(json, GnosticV3.Document);

    private static byte[] Of(ReadOnlyMemory<byte> json, GnosticMessage message)
    {
        using var document = JsonDocument.Parse(json);
        using var writer = new WireWriter();
        new GnosticWriter(writer).Message(document.RootElement, message);
        return writer.Written.ToArray();
    }
}
