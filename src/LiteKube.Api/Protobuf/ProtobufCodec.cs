using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Protobuf;

/// <summary>
/// <c>application/vnd.kubernetes.protobuf</c>, both ways, for every built-in kind and its list. Custom resources have no such form.
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding)
/// </summary>
public static class ProtobufCodec
{
    public const string ContentType = "application/vnd.kubernetes.protobuf";

    internal const int ListMetadata = 1;
    internal const int ListItems = 2;

    private const string List = "List";

    /// <summary>Decodes a body in its envelope. The tree has apiVersion and kind.</summary>
    /// <param name="defaults">The kind of a body whose envelope names none.</param>
    /// <exception cref="ApiException">BadRequest: bad data, or a kind without a protobuf form.</exception>
    public static JsonObject Decode(ReadOnlySpan<byte> body, GroupVersionKind? defaults = null) => Decode(body, defaults, 0);

    /// <summary>Whether objects of that kind have a protobuf form.</summary>
    public static bool CanEncode(string apiVersion, string kind) => Find(Gvk(apiVersion, kind), out _) is not null;

    /// <summary>Encodes a JSON object, with apiVersion and kind, in its envelope.</summary>
    /// <exception cref="ApiException">NotAcceptable: the kind has no protobuf form.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> json)
    {
        using var writer = new WireWriter();
        Encode(json, writer);
        return writer.Written.ToArray();
    }

    /// <summary>Encodes a watch event, its object in an envelope and itself in none, as watch streams hold it (each behind its length in four bytes).</summary>
    public static byte[] EncodeWatchEvent(string type, ReadOnlySpan<byte> objectJson)
    {
        const int typeNumber = 1, objectNumber = 2;
        using var writer = new WireWriter();
        writer.Text(typeNumber, type);
        var extension = writer.Begin(objectNumber);
        var raw = writer.Begin(WireScalars.Only);
        Encode(objectJson, writer);
        writer.End(raw);
        writer.End(extension);
        return writer.Written.ToArray();
    }

    internal static JsonObject Decode(ReadOnlySpan<byte> body, GroupVersionKind? defaults, int depth)
    {
        if (depth > JsonTree.MaxDepth)
            throw WireReader.Bad("nested too deeply");
        var envelope = ProtobufEnvelope.Open(body);
        if (envelope.ContentTypeText is not ("" or ContentType))
            return JsonTree.Parse(envelope.Content);
        var gvk = envelope.KindText.Length > 0 ? Gvk(envelope.ApiVersionText, envelope.KindText)
            : defaults ?? throw new ApiException(StatusReason.BadRequest, "Object 'Kind' is missing in the protobuf envelope");
        var type = Find(gvk, out var isList)
            ?? throw new ApiException(StatusReason.BadRequest, $"no kind \"{gvk.Kind}\" is registered for version \"{gvk.ApiVersion}\" in protobuf form");
        var result = new JsonObject { ["apiVersion"] = gvk.ApiVersion, ["kind"] = gvk.Kind };
        if (isList)
            ProtobufDecoder.DecodeList(envelope.Content, type, result, depth);
        else
            ProtobufDecoder.Decode(envelope.Content, type, result, depth);
        return result;
    }

    private static void Encode(ReadOnlySpan<byte> json, WireWriter writer)
    {
        var (apiVersion, kind) = TypeMeta(json);
        var type = Find(Gvk(apiVersion, kind), out var isList)
            ?? throw new ApiException(StatusReason.NotAcceptable, $"{apiVersion} {kind} has no protobuf form");
        writer.Raw(ProtobufEnvelope.Magic);
        var meta = writer.Begin(ProtobufEnvelope.TypeMeta);
        writer.Text(ProtobufEnvelope.ApiVersion, apiVersion);
        writer.Text(ProtobufEnvelope.Kind, kind);
        writer.End(meta);
        var raw = writer.Begin(ProtobufEnvelope.Raw);
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        reader.Read();
        if (isList)
            ProtobufEncoder.List(ref reader, type, writer);
        else
            ProtobufEncoder.Object(ref reader, type, writer);
        writer.End(raw);
        writer.Bytes(ProtobufEnvelope.ContentEncoding, default);
        writer.Bytes(ProtobufEnvelope.ContentType, default);
    }

    /// <summary>The type of a kind, or of the items where the kind is a list.</summary>
    private static TypeSchema? Find(GroupVersionKind gvk, out bool isList)
    {
        var schema = ApiSchema.Current;
        isList = false;
        if (schema.Type(gvk) is { } type)
            return type;

        // Options and statuses belong to every group and version.
        if (gvk.Kind is "DeleteOptions" or "Status" or "WatchEvent")
            return schema.Type("meta.v1." + gvk.Kind);
        isList = gvk.Kind.EndsWith(List, StringComparison.Ordinal) && gvk.Kind.Length > List.Length;
        return isList ? schema.Type(gvk with { Kind = gvk.Kind[..^List.Length] }) : null;
    }

    private static GroupVersionKind Gvk(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/');
        return slash < 0 ? new GroupVersionKind("", apiVersion, kind) : new GroupVersionKind(apiVersion[..slash], apiVersion[(slash + 1)..], kind);
    }

    private static (string ApiVersion, string Kind) TypeMeta(ReadOnlySpan<byte> json)
    {
        string apiVersion = "", kind = "";
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        reader.Read();
        while ((apiVersion.Length == 0 || kind.Length == 0) && JsonIn.NextProperty(ref reader))
        {
            var isVersion = reader.ValueTextEquals("apiVersion"u8);
            var isKind = reader.ValueTextEquals("kind"u8);
            reader.Read();
            if (isVersion)
                apiVersion = reader.GetString() ?? "";
            else if (isKind)
                kind = reader.GetString() ?? "";
            else
                reader.Skip();
        }

        return (apiVersion, kind);
    }
}
