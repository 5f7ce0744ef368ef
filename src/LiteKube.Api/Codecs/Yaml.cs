using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Validation;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LiteKube.Api.Codecs;

/// <summary>
/// YAML bodies as the trees that JSON bodies give: the first document, anchors and merge keys expanded, scalars resolved as Kubernetes
/// resolves them (see <see cref="YamlScalar"/>).
/// </summary>
public static class Yaml
{
    /// <summary>How many nodes aliases may add, so that a small body cannot grow without end. Text counts too, by the 64 characters.</summary>
    public const int MaxAliasedNodes = 100_000;

    /// <exception cref="ApiException">BadRequest: not YAML, not one mapping, nested too deeply, or grown too large by aliases.</exception>
    public static JsonObject ToTree(ReadOnlySpan<byte> yaml) => ToTree(yaml, out _);

    /// <param name="duplicates">Keys given more than once, as in <c>line 9: key "foo" already set in map</c>; the last one wins.</param>
    public static JsonObject ToTree(ReadOnlySpan<byte> yaml, out IReadOnlyList<string> duplicates)
    {
        try
        {
            var builder = new Builder(new Parser(new Scanner(new StringReader(new UTF8Encoding(false, true).GetString(yaml)), skipComments: true)));
            var root = builder.Document() as JsonObject ?? throw Malformed("the document is not a mapping");
            duplicates = builder.Duplicates ?? (IReadOnlyList<string>)[];
            return root;
        }
        catch (YamlException e)
        {
            throw Malformed($"line {e.Start.Line}: {e.Message}");
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("invalid UTF-8");
        }
    }

    /// <summary>What strict decoding says of keys given more than once.</summary>
    public static string Problem(IReadOnlyList<string> duplicates) => "yaml: unmarshal errors:\n  " + string.Join("\n  ", duplicates);

    private static ApiException Malformed(string why) => new(StatusReason.BadRequest, $"error converting YAML to JSON: yaml: {why}");

    private sealed class Builder(Parser parser)
    {
        private readonly Dictionary<string, JsonNode?> _anchors = new(StringComparer.Ordinal);
        private readonly HashSet<string> _open = new(StringComparer.Ordinal);
        private readonly List<PathStep> _path = [];
        private int _aliased;

        public List<string>? Duplicates { get; private set; }

        public JsonNode? Document()
        {
            parser.MoveNext();
            if (parser.Current is StreamStart)
                parser.MoveNext();
            if (parser.Current is not DocumentStart)
                return null;
            parser.MoveNext();
            return Node();
        }

        // Leaves the parser on the event after the node.
        private JsonNode? Node()
        {
            if (_path.Count > JsonTree.MaxDepth)
                throw Malformed("exceeded max depth");
            var current = parser.Current ?? throw Malformed("unexpected end of the document");
            switch (current)
            {
                case AnchorAlias alias:
                    parser.MoveNext();
                    return Aliased(alias.Value.Value);
                case Scalar scalar:
                    parser.MoveNext();
                    var value = YamlScalar.Resolve(scalar);
                    Remember(scalar, value);
                    return value;
                case MappingStart mapping:
                    return Open(mapping, Mapping);
                case SequenceStart sequence:
                    return Open(sequence, Sequence);
                default:
                    throw Malformed($"unexpected {current.GetType().Name}");
            }
        }

        private JsonNode Open(NodeEvent start, Func<JsonNode> read)
        {
            var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
            if (anchor is not null)
                _open.Add(anchor);
            parser.MoveNext();
            var node = read();
            parser.MoveNext();
            if (anchor is not null)
                _open.Remove(anchor);
            Remember(start, node);
            return node;
        }

        private JsonNode Mapping()
        {
            var result = new JsonObject();
            List<JsonNode?>? merges = null;
            while (parser.Current is not MappingEnd)
            {
                var plain = parser.Current is Scalar { Style: ScalarStyle.Plain };
                var line = parser.Current?.Start.Line;
                var key = parser.Current is Scalar or AnchorAlias ? YamlScalar.Key(Node()) : throw Malformed("a key is not a scalar");
                _path.Add(new PathStep(key));
                var value = Node();
                if (key == "<<" && plain)
                {
                    (merges ??= []).Add(value);
                }
                else if (!result.TryAdd(key, value))
                {
                    (Duplicates ??= []).Add($"line {line}: key \"{key}\" already set in map");
                    result[key] = value;
                }

                _path.RemoveAt(_path.Count - 1);
            }

            foreach (var merge in merges ?? [])
                Merge(result, merge);
            return result;
        }

        private JsonNode Sequence()
        {
            var result = new JsonArray();
            while (parser.Current is not SequenceEnd)
            {
                _path.Add(new PathStep(result.Count));
                result.Add(Node());
                _path.RemoveAt(_path.Count - 1);
            }

            return result;
        }

        // What the mapping itself says goes before what it merges in, and of a list of merges the earlier goes first.
        private static void Merge(JsonObject target, JsonNode? source)
        {
            switch (source)
            {
                case JsonObject members:
                    foreach (var (name, value) in members)
                        if (!target.ContainsKey(name))
                            target[name] = value?.DeepClone();
                    break;
                case JsonArray list:
                    foreach (var item in list)
                        Merge(target, item as JsonObject ?? throw Malformed("map merge requires map or sequence of maps as the value"));
                    break;
                default:
                    throw Malformed("map merge requires map or sequence of maps as the value");
            }
        }

        private JsonNode? Aliased(string name)
        {
            if (_open.Contains(name))
                throw Malformed($"anchor '{name}' value contains itself");
            if (!_anchors.TryGetValue(name, out var node))
                throw Malformed($"unknown anchor '{name}' referenced");
            _aliased += Count(node);
            if (_aliased > MaxAliasedNodes)
                throw Malformed("document contains excessive aliasing");
            return node?.DeepClone();
        }

        private static int Count(JsonNode? node)
        {
            var count = 1 + (node.AsString()?.Length ?? 0) / 64;
            if (node is JsonObject members)
                foreach (var (_, value) in members)
                    count += Count(value);
            else if (node is JsonArray list)
                foreach (var item in list)
                    count += Count(item);
            return count;
        }

        private void Remember(NodeEvent start, JsonNode? node)
        {
            if (!start.Anchor.IsEmpty)
                _anchors[start.Anchor.Value] = node;
        }
    }
}
