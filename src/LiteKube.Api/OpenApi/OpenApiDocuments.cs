using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.OpenApi;

/// <summary>
/// The OpenAPI documents of the built-in kinds, made of the schema when first asked for and kept. They say what clients work by (types,
/// required fields, patch and list strategies, kinds of operations, parameters), and describe the commonest fields in a line.
/// </summary>
public static class OpenApiDocuments
{
    private static readonly Lazy<SplicedDocument> s_v2 = new(WriteV2);
    private static readonly FrozenDictionary<string, Lazy<OpenApiV3Document>> s_v3 = ApiSchema.Current.Kinds
        .GroupBy(k => k.Resource.BasePath.TrimStart('/'))
        .ToFrozenDictionary(g => g.Key, g => new Lazy<OpenApiV3Document>(() => WriteV3(g.Key, [.. g])), StringComparer.Ordinal);

    /// <summary>What <c>/openapi/v2</c> answers, as JSON.</summary>
    public static ReadOnlyMemory<byte> V2 => s_v2.Value.Json;

    /// <summary>The same with custom resources beside the built-in kinds, and with what other servers describe.</summary>
    /// <param name="parts">The most important first: it keeps its names where two have one in common.</param>
    public static ReadOnlyMemory<byte> V2With(IReadOnlyCollection<KindSchema> customs, IReadOnlyCollection<OpenApiPart> parts)
    {
        var own = customs.Count == 0 ? V2 : s_v2.Value.With(Members(customs, paths: true), Members(customs, paths: false));
        return parts.Count == 0 ? own : WithParts(own, parts);
    }

    /// <summary>The document of one group version of custom resources.</summary>
    public static OpenApiV3Document V3Of(string path, IEnumerable<KindSchema> customs) => WriteV3(path, [.. customs]);

    /// <summary>The document of a group version that another server describes.</summary>
    internal static OpenApiV3Document V3Of(string path, JsonObject paths, JsonObject schemas) => Document(path, Write(writer =>
    {
        writer.WriteString("openapi"u8, "3.0.0"u8);
        Info(writer);
        writer.WritePropertyName("paths"u8);
        paths.WriteTo(writer);
        writer.WriteStartObject("components"u8);
        writer.WritePropertyName("schemas"u8);
        schemas.WriteTo(writer);
        Security(writer);
        writer.WriteEndObject();
    }));

    /// <summary>The group versions with a v3 document: <c>api/v1</c>, <c>apis/apps/v1</c>.</summary>
    public static IEnumerable<string> V3Paths => s_v3.Keys.Order(StringComparer.Ordinal);

    /// <summary>What <c>/openapi/v3/{path}</c> answers; null where there is no such group version.</summary>
    public static OpenApiV3Document? V3(string path) => s_v3.TryGetValue(path, out var document) ? document.Value : null;

    /// <summary>What <c>/openapi/v3</c> answers: each group version's document, at an address that changes with it.</summary>
    /// <param name="customs">Documents of custom resources.</param>
    /// <param name="remotes">The addresses of aggregated servers' documents by path.</param>
    public static byte[] V3Index(IEnumerable<OpenApiV3Document> customs, IEnumerable<(string Path, string Address)> remotes)
    {
        var all = V3Paths.Select(p => V3(p)!).Concat(customs)
            .Select(d => (d.Path, Address: $"/openapi/v3/{d.Path}?hash={d.Hash}"))
            .Concat(remotes)
            .OrderBy(d => d.Path, StringComparer.Ordinal);
        return Write(writer =>
        {
            writer.WriteStartObject("paths"u8);
            foreach (var (path, address) in all)
            {
                writer.WriteStartObject(path);
                writer.WriteString("serverRelativeURL"u8, address);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }

    private static byte[] WithParts(ReadOnlyMemory<byte> own, IEnumerable<OpenApiPart> parts)
    {
        var document = JsonTree.Parse(own.Span);
        var (paths, definitions) = (document.Object("paths")!, document.Object("definitions")!);
        // As written by their servers: what is put into the document has its references renamed.
        var taken = (JsonObject)definitions.DeepClone();
        foreach (var part in parts.Select(p => p.Among(taken)))
        {
            foreach (var (path, item) in part.Paths)
                paths.TryAdd(path, item!.DeepClone());
            foreach (var (name, definition) in part.Definitions)
                definitions[name] = definition!.DeepClone();
        }

        return JsonTree.Write(document);
    }

    private static OpenApiV3Document WriteV3(string path, KindSchema[] kinds) => Document(path, Write(writer =>
    {
        writer.WriteString("openapi"u8, "3.0.0"u8);
        Info(writer);
        var definitions = new DefinitionWriter(writer, OpenApiDialect.V3);
        Paths(writer, OpenApiDialect.V3, definitions, kinds);
        writer.WriteStartObject("components"u8);
        writer.WriteStartObject("schemas"u8);
        definitions.All(Definitions(kinds));
        writer.WriteStartObject("io.k8s.apimachinery.pkg.apis.meta.v1.Patch"u8);
        writer.WriteString("type"u8, "object"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        Security(writer);
        writer.WriteEndObject();
    }));

    private static OpenApiV3Document Document(string path, byte[] json) => new(path, Convert.ToHexString(SHA512.HashData(json)), json);

    private static void Security(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("securitySchemes"u8);
        BearerToken(writer);
        writer.WriteEndObject();
    }

    private static byte[] Members(IReadOnlyCollection<KindSchema> customs, bool paths) => Write(writer =>
    {
        var definitions = new DefinitionWriter(writer, OpenApiDialect.V2);
        if (!paths)
        {
            definitions.Customs(Definitions(customs));
            return;
        }

        var each = new PathWriter(writer, OpenApiDialect.V2, definitions);
        foreach (var kind in customs)
            each.Kind(kind);
    });

    private static SplicedDocument WriteV2()
    {
        long paths = 0, definitions = 0;
        var json = WriteV2(at => paths = at, at => definitions = at);
        return new SplicedDocument(json, (int)paths, (int)definitions);
    }

    private static byte[] WriteV2(Action<long> pathsEnd, Action<long> definitionsEnd) => Write(writer =>
    {
        writer.WriteString("swagger"u8, "2.0"u8);
        Info(writer);
        var definitions = new DefinitionWriter(writer, OpenApiDialect.V2);
        Paths(writer, OpenApiDialect.V2, definitions, ApiSchema.Current.Kinds, pathsEnd);
        writer.WriteStartObject("definitions"u8);
        definitions.All(Definitions(ApiSchema.Current.Kinds));
        definitionsEnd(writer.BytesCommitted + writer.BytesPending);
        writer.WriteEndObject();
        writer.WriteStartObject("securityDefinitions"u8);
        BearerToken(writer);
        writer.WriteEndObject();
    });

    private static void Info(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("info"u8);
        writer.WriteString("title"u8, "Kubernetes"u8);
        writer.WriteString("version"u8, "v1.36.0"u8);
        writer.WriteEndObject();
    }

    private static void BearerToken(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("BearerToken"u8);
        writer.WriteString("type"u8, "apiKey"u8);
        writer.WriteString("name"u8, "authorization"u8);
        writer.WriteString("in"u8, "header"u8);
        writer.WriteEndObject();
    }

    private static void Paths(Utf8JsonWriter writer, OpenApiDialect dialect, DefinitionWriter definitions, IEnumerable<KindSchema> kinds, Action<long>? end = null)
    {
        writer.WriteStartObject("paths"u8);
        var paths = new PathWriter(writer, dialect, definitions);
        foreach (var kind in kinds)
            paths.Kind(kind);
        end?.Invoke(writer.BytesCommitted + writer.BytesPending);
        writer.WriteEndObject();
    }

    private static DefinitionSet Definitions(IEnumerable<KindSchema> kinds)
    {
        var set = new DefinitionSet();
        foreach (var kind in kinds)
            set.AddKind(kind);
        return set;
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
