using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LiteKube.ApiServer.Http;

/// <summary>JSON for people: <c>?pretty=true</c>.</summary>
internal static class Indented
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Of(ReadOnlySpan<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length * 2);
        var reader = new Utf8JsonReader(json, Api.Codecs.JsonTree.ReaderOptions);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        using (var document = JsonDocument.ParseValue(ref reader))
            document.WriteTo(writer);
        return buffer.WrittenMemory;
    }
}
