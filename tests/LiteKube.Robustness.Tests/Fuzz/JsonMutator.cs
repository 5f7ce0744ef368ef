using System.Text;
using System.Text.Json.Nodes;

namespace LiteKube.Robustness.Tests.Fuzz;

/// <summary>Spoils documents: some of them a little, some beyond recognition.</summary>
internal sealed class JsonMutator(Random random)
{
    private const int DeepestNest = 20_000;

    public string Text() => FuzzWords.Texts[random.Next(FuzzWords.Texts.Length)];

    /// <summary>The document with one to four of its nodes replaced, removed, doubled or moved.</summary>
    public JsonObject Mutate(JsonObject original)
    {
        var document = (JsonObject)original.DeepClone();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var nodes = new List<JsonNode>();
            Collect(document, nodes);
            Change(nodes[random.Next(nodes.Count)]);
        }

        return document;
    }

    public JsonNode? Value(int depth = 0) => random.Next(depth > 3 ? 6 : 9) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(-5, 70_000)),
        3 => JsonValue.Create((long)(random.NextDouble() * long.MaxValue)),
        4 => JsonValue.Create(random.NextDouble()),
        5 => JsonValue.Create(Text()),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth + 1))]),
        7 => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create(random.Next(2) == 0 ? $"k{i}" : i + Text(), Value(depth + 1)))),
        _ => JsonValue.Create(new string('x', random.Next(5000))),
    };

    /// <summary>The bytes of a text with some of them changed, taken out, put in or cut off.</summary>
    public byte[] Bytes(byte[] original)
    {
        var bytes = original.ToList();
        for (var i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 50), bytes.Count - at)));
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>More levels than any parser should follow.</summary>
    public byte[] Nested()
    {
        var (open, close) = random.Next(3) switch { 0 => ("[", "]"), 1 => ("{\"a\":", "}"), _ => ("[{\"metadata\":", "}]") };
        var depth = random.Next(100, DeepestNest);
        var text = new StringBuilder().Insert(0, open, depth).Append('1');
        return Encoding.UTF8.GetBytes(random.Next(2) == 0 ? text.ToString() : text.Insert(text.Length, close, depth).ToString());
    }

    private static void Collect(JsonNode node, List<JsonNode> nodes)
    {
        nodes.Add(node);
        if (node is JsonObject members)
        {
            foreach (var (_, value) in members)
            {
                if (value is not null)
                    Collect(value, nodes);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                if (item is not null)
                    Collect(item, nodes);
            }
        }
    }

    private void Change(JsonNode node)
    {
        if (node is JsonObject members && random.Next(2) == 0)
        {
            if (members.Count > 0 && random.Next(3) == 0)
                members.Remove(members.ElementAt(random.Next(members.Count)).Key);
            else
                members[random.Next(3) == 0 ? Text() : $"unknown{random.Next(9)}"] = Value();
        }
        else if (node is JsonArray items && random.Next(2) == 0)
        {
            if (items.Count > 0 && random.Next(2) == 0)
                items.Add(items[random.Next(items.Count)]?.DeepClone());
            else
                items.Add(Value());
        }
        else if (node.Parent is JsonObject parent)
        {
            parent[node.GetPropertyName()] = Value();
        }
        else if (node.Parent is JsonArray list)
        {
            list[node.GetElementIndex()] = Value();
        }
    }
}
