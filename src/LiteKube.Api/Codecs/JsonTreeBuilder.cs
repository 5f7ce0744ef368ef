using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Validation;

namespace LiteKube.Api.Codecs;

/// <summary>Builds a tree from a reader's tokens, keeping the place it is at so that a duplicate can be named.</summary>
internal ref struct JsonTreeBuilder
{
    private readonly List<PathStep> _path = [];
    private Utf8JsonReader _reader;
    private List<string>? _duplicates;

    public JsonTreeBuilder(ReadOnlySpan<byte> json) => _reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);

    public JsonNode? Build(out IReadOnlyList<string> duplicates)
    {
        _reader.Read();
        var result = Value();
        if (_reader.Read())
            throw new JsonException("text after the end of the document");
        duplicates = _duplicates ?? (IReadOnlyList<string>)[];
        return result;
    }

    private JsonNode? Value()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object();
            case JsonTokenType.StartArray:
                return Array();
            case JsonTokenType.String:
                return JsonValue.Create(_reader.GetString()!);
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            case JsonTokenType.Number:
                // Backed by an element, a number keeps its text and converts to any number type.
                return JsonValue.Create(JsonElement.ParseValue(ref _reader));
            default:
                return null;
        }
    }

    private JsonObject Object()
    {
        var result = new JsonObject();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = _reader.GetString()!;
            _path.Add(new PathStep(name));
            _reader.Read();
            var value = IsManagedFields(name) ? JsonArray.Create(JsonElement.ParseValue(ref _reader)) : Value();
            if (!result.TryAdd(name, value))
            {
                result[name] = value;
                var path = PathStep.Format(_path);
                if (_duplicates?.Contains(path) != true)
                    (_duplicates ??= []).Add(path);
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return result;
    }

    // Most clients send back what they read of it, and nobody looks into it: kept as text, it costs next to nothing.
    private readonly bool IsManagedFields(string name) => _path.Count == 2 && name == "managedFields" && _reader.TokenType == JsonTokenType.StartArray && _path[0].Is("metadata");

    private JsonArray Array()
    {
        var result = new JsonArray();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            _path.Add(new PathStep(result.Count));
            result.Add(Value());
            _path.RemoveAt(_path.Count - 1);
        }

        return result;
    }
}
