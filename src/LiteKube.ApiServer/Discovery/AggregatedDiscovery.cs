using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Discovery;

/// <summary>All groups, versions and resources in one answer. (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery)</summary>
internal sealed class AggregatedDiscovery
{
    private readonly Dictionary<(string Path, string Version), AggregatedDocument> _documents = [];

    public AggregatedDiscovery(RegistrySnapshot registry)
    {
        Snapshot = registry;
        var core = new DiscoveryGroup("", [.. registry.Groups.Where(g => g.Group.Length == 0)]);
        foreach (var version in (string[])["v2", "v2beta1"])
        {
            _documents[("/api", version)] = Build(version, [core]);
            _documents[("/apis", version)] = Build(version, GroupOrder.Of(registry));
        }
    }

    public RegistrySnapshot Snapshot { get; }

    public AggregatedDocument Document(string path, string version) => _documents[(path, version)];

    private static AggregatedDocument Build(string version, IEnumerable<DiscoveryGroup> groups)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, "APIGroupDiscoveryList"u8);
            writer.WriteString("apiVersion"u8, $"apidiscovery.k8s.io/{version}");
            writer.WriteStartObject("metadata"u8);
            writer.WriteEndObject();
            writer.WriteStartArray("items"u8);
            foreach (var group in groups)
                WriteGroup(writer, group);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var json = buffer.WrittenSpan.ToArray();
        return new AggregatedDocument(json, $"\"{Convert.ToHexString(SHA256.HashData(json))}\"");
    }

    private static void WriteGroup(Utf8JsonWriter writer, DiscoveryGroup group)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("metadata"u8);
        if (group.Name.Length > 0)
            writer.WriteString("name"u8, group.Name);
        writer.WriteNull("creationTimestamp"u8);
        writer.WriteEndObject();
        writer.WriteStartArray("versions"u8);
        foreach (var version in group.Versions)
        {
            writer.WriteStartObject();
            writer.WriteString("version"u8, version.Version);
            writer.WriteString("freshness"u8, "Current"u8);
            writer.WriteStartArray("resources"u8);
            foreach (var resource in version.Resources.OrderBy(r => r.Type.Plural, StringComparer.Ordinal))
                WriteResource(writer, resource);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter writer, ServedResource resource)
    {
        var schema = resource.Schema;
        writer.WriteStartObject();
        writer.WriteString("resource"u8, resource.Type.Plural);
        WriteKind(writer, resource.Kind);
        writer.WriteString("scope"u8, resource.Type.Namespaced ? "Namespaced"u8 : "Cluster"u8);
        writer.WriteString("singularResource"u8, schema.Singular);
        WriteStrings(writer, "verbs"u8, schema.Verbs);
        WriteStrings(writer, "shortNames"u8, schema.ShortNames);
        WriteStrings(writer, "categories"u8, schema.Categories);
        if (schema.Subresources.Count > 0)
        {
            writer.WriteStartArray("subresources"u8);
            foreach (var sub in schema.Subresources)
            {
                writer.WriteStartObject();
                writer.WriteString("subresource"u8, sub.Name);
                WriteKind(writer, sub.Kind);
                WriteStrings(writer, "verbs"u8, sub.Verbs);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteKind(Utf8JsonWriter writer, GroupVersionKind kind)
    {
        writer.WriteStartObject("responseKind"u8);
        writer.WriteString("group"u8, kind.Group);
        writer.WriteString("version"u8, kind.Version);
        writer.WriteString("kind"u8, kind.Kind);
        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}

internal sealed record AggregatedDocument(byte[] Json, string ETag);
