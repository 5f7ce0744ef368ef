using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Codecs;

/// <summary>JSON text to and from trees that a request may change.</summary>
public static class JsonTree
{
    /// <summary>How deep a document may nest. Deeper ones are refused, so nothing that walks a tree can exhaust the stack.</summary>
    public const int MaxDepth = 256;

    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    private static readonly JsonDocumentOptions s_documentOptions = new() { MaxDepth = MaxDepth };

    /// <summary>Parses an object. Of two members with one name the last wins, and the name's field path is reported.</summary>
    /// <param name="duplicates">Field paths, as in <c>spec.replicas</c>; each once.</param>
    /// <exception cref="ApiException">BadRequest: not one JSON object.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> json, out IReadOnlyList<string> duplicates) =>
        ParseAny(json, out duplicates) as JsonObject ?? throw Malformed("the body is not a JSON object");

    public static JsonObject Parse(ReadOnlySpan<byte> json) => Parse(json, out _);

    /// <summary>Parses any JSON value, such as the list of operations of a JSON patch.</summary>
    public static JsonNode? ParseAny(ReadOnlySpan<byte> json, out IReadOnlyList<string> duplicates)
    {
        var builder = new JsonTreeBuilder(json);
        try
        {
            return builder.Build(out duplicates);
        }
        catch (JsonException e)
        {
            throw Malformed(e.Message);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for text that is not valid UTF-8.
            throw Malformed(e.Message);
        }
    }

    public static byte[] Write(JsonNode node) => JsonText.Bytes(node);

    /// <summary>A tree of text that this server wrote itself.</summary>
    internal static JsonNode? Trusted(ReadOnlySpan<byte> json) => JsonNode.Parse(json, documentOptions: s_documentOptions);

    private static ApiException Malformed(string why) =>
        new(StatusReason.BadRequest, $"couldn't get version/kind; json parse error: {why}");
}
