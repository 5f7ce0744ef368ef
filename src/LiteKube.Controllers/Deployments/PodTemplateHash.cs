using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>Tells templates apart: by content, whatever the order of keys, and without the label that the Deployment itself adds.</summary>
internal static class PodTemplateHash
{
    public const string Label = "pod-template-hash";

    // Letters and digits that form no words and are not taken for one another.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static bool Same(PodTemplateSpec left, PodTemplateSpec right)
    {
        left = Bare(left);
        right = Bare(right);
        return JsonText.Same(left, right) || JsonNode.DeepEquals(JsonNode.Parse(JsonText.Bytes(left)), JsonNode.Parse(JsonText.Bytes(right)));
    }

    /// <summary>A short text that is safe in a name and a label. The collision count makes another of it when that name is taken by another template.</summary>
    public static string Of(PodTemplateSpec template, int collisions)
    {
        var hash = 2166136261u;
        Add(ref hash, JsonNode.Parse(JsonText.Bytes(Bare(template))));
        if (collisions > 0)
            Add(ref hash, collisions.ToString(CultureInfo.InvariantCulture));
        var digits = hash.ToString(CultureInfo.InvariantCulture);
        return string.Create(digits.Length, digits, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = Alphabet[source[i] % Alphabet.Length];
        });
    }

    private static PodTemplateSpec Bare(PodTemplateSpec template)
    {
        if (template.Metadata is not { } metadata || !metadata.Labels.ContainsKey(Label))
            return template;
        return template with { Metadata = metadata with { Labels = metadata.Labels.Where(l => l.Key != Label).ToDictionary(StringComparer.Ordinal) } };
    }

    // FNV-1a over the tree with its keys in order.
    private static void Add(ref uint hash, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                Add(ref hash, "{");
                foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    Add(ref hash, key);
                    Add(ref hash, value);
                }

                Add(ref hash, "}");
                break;
            case JsonArray list:
                Add(ref hash, "[");
                foreach (var item in list)
                    Add(ref hash, item);
                Add(ref hash, "]");
                break;
            default:
                Add(ref hash, node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static void Add(ref uint hash, string text)
    {
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 16777619;
        hash = (hash ^ 0xff) * 16777619;
    }
}
