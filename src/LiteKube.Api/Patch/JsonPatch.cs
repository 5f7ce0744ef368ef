using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Api.Patch;

/// <summary>JSON patch (RFC 6902), parsed once and applied as often as conflicts ask for.</summary>
public sealed class JsonPatch
{
    /// <summary>The most operations that one patch may have; also upstream's limit.</summary>
    public const int MaxOperations = 10_000;

    /// <summary>How many bytes the copies of one patch may add; also upstream's limit. Without it a few operations could double a document without end.</summary>
    public const int MaxCopiedBytes = 3 * 1024 * 1024;

    private enum Verb
    {
        Add,
        Remove,
        Replace,
        Move,
        Copy,
        Test,
    }

    private sealed record Operation(Verb Verb, JsonPointer Path, JsonPointer? From, JsonNode? Value);

    private readonly Operation[] _operations;

    private JsonPatch(Operation[] operations) => _operations = operations;

    /// <exception cref="ApiException">BadRequest: not a list of operations; RequestEntityTooLarge: too many of them.</exception>
    /// <param name="findings">What strict decoding says of the operations: members that no operation has, and members given more than once.</param>
    public static JsonPatch Parse(ReadOnlySpan<byte> json, out IReadOnlyList<string> findings)
    {
        if (JsonTree.ParseAny(json, out var duplicates) is not JsonArray list)
            throw Undecodable("a JSON patch is a list of operations");
        if (list.Count > MaxOperations)
            throw new ApiException(StatusReason.RequestEntityTooLarge, $"The allowed maximum operations in a JSON patch is {MaxOperations}, got {list.Count}");
        var operations = new Operation[list.Count];
        for (var i = 0; i < operations.Length; i++)
            operations[i] = Parse(list[i] as JsonObject ?? throw Undecodable($"operation {i} is not an object"), i);
        findings = Findings(list, duplicates);
        return new JsonPatch(operations);
    }

    public static JsonPatch Parse(ReadOnlySpan<byte> json) => Parse(json, out _);

    /// <summary>Changes <paramref name="target"/> by each operation in turn. After a failure it may be half changed: throw it away.</summary>
    /// <returns>The document; another node than the target where an operation replaced the root.</returns>
    /// <exception cref="ApiException">Invalid (422): an operation cannot be carried out, or a test failed.</exception>
    public JsonObject Apply(JsonObject target)
    {
        JsonNode root = target;
        long copied = 0;
        foreach (var operation in _operations)
        {
            if (operation.Verb == Verb.Copy && (copied += SizeOf(Source(root, operation))) > MaxCopiedBytes)
                throw Failed($"Unable to complete the copy, the accumulated size increase of copy is {copied}, exceeding the limit {MaxCopiedBytes}");
            root = Apply(root, operation);
        }

        return root as JsonObject ?? throw Failed("the patched document is not an object");
    }

    private static JsonNode Apply(JsonNode root, Operation operation)
    {
        var path = operation.Path;
        switch (operation.Verb)
        {
            case Verb.Add:
                return Add(root, path, operation.Value?.DeepClone());
            case Verb.Remove:
                Remove(root, path);
                return root;
            case Verb.Replace:
                if (!path.Find(root, out _))
                    throw Failed($"replace operation does not apply: doc is missing key: {path}");
                if (path.IsRoot)
                    return operation.Value?.DeepClone() ?? throw Failed("the document cannot be null");
                Set(path.Parent(root)!, path.Last, operation.Value?.DeepClone());
                return root;
            case Verb.Copy:
                return Add(root, path, Source(root, operation)?.DeepClone());
            case Verb.Move:
                if (path.IsBelow(operation.From!))
                    throw Failed($"move operation does not apply: {path} is inside {operation.From}");
                var moved = Source(root, operation)?.DeepClone();
                Remove(root, operation.From!);
                return Add(root, path, moved);
            default:
                // A test for null also holds where there is nothing.
                var found = path.Find(root, out var actual);
                if (!found && operation.Value is not null || !JsonNode.DeepEquals(actual, operation.Value))
                    throw Failed($"testing value {path} failed: test failed");
                return root;
        }
    }

    private static int SizeOf(JsonNode? node) => node is null ? 4 : JsonTree.Write(node).Length;

    private static JsonNode? Source(JsonNode root, Operation operation) => operation.From!.Find(root, out var value) ? value
        : throw Failed($"{(operation.Verb == Verb.Move ? "move" : "copy")} operation does not apply: doc is missing from path: {operation.From}");

    private static JsonNode Add(JsonNode root, JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
            return value ?? throw Failed("the document cannot be null");
        var parent = path.Parent(root) ?? throw Failed($"add operation does not apply: doc is missing path: \"{path}\": missing value");
        if (parent is not JsonArray list)
        {
            parent[path.Last] = value;
            return root;
        }

        var index = path.Last == "-" ? list.Count : JsonPointer.Index(path.Last, list.Count);
        if (index < 0 || index > list.Count)
            throw Failed($"add operation does not apply: doc is missing path: \"{path}\": invalid index referenced");
        list.Insert(index, value);
        return root;
    }

    private static void Remove(JsonNode root, JsonPointer path)
    {
        if (path.IsRoot)
            throw Failed("remove operation does not apply: the document cannot be removed");
        var parent = path.Parent(root);
        if (parent is JsonObject members && members.Remove(path.Last))
            return;
        if (parent is JsonArray list && JsonPointer.Index(path.Last, list.Count) is var index && index >= 0 && index < list.Count)
            list.RemoveAt(index);
        else
            throw Failed($"remove operation does not apply: doc is missing path: \"{path}\": missing value");
    }

    private static void Set(JsonNode parent, string step, JsonNode? value)
    {
        if (parent is JsonArray list)
            list[JsonPointer.Index(step, list.Count)] = value;
        else
            parent[step] = value;
    }

    private static List<string> Findings(JsonArray list, IReadOnlyList<string> duplicates)
    {
        var findings = new List<string>();
        for (var i = 0; i < list.Count; i++)
            foreach (var (name, _) in (JsonObject)list[i]!)
                if (name is not ("op" or "path" or "from" or "value"))
                    findings.Add($"json patch unknown field \"[{i}].{name}\"");
        findings.AddRange(duplicates.Select(d => $"json patch duplicate field \"{d}\""));
        return findings;
    }

    private static Operation Parse(JsonObject text, int index)
    {
        Verb verb = text.String("op") switch
        {
            "add" => Verb.Add,
            "remove" => Verb.Remove,
            "replace" => Verb.Replace,
            "move" => Verb.Move,
            "copy" => Verb.Copy,
            "test" => Verb.Test,
            var other => throw Undecodable($"operation {index} has the unknown op \"{other}\""),
        };
        var needsFrom = verb is Verb.Move or Verb.Copy;
        var value = text["value"];
        if (verb is Verb.Add or Verb.Replace && !text.ContainsKey("value"))
            throw Undecodable($"operation {index} has no value");
        return new Operation(verb, Pointer(text, "path", index), needsFrom ? Pointer(text, "from", index) : null, value);
    }

    private static JsonPointer Pointer(JsonObject text, string name, int index) =>
        text.String(name) is { } pointer && JsonPointer.TryParse(pointer) is { } parsed ? parsed : throw Undecodable($"operation {index} has no valid {name}");

    private static ApiException Undecodable(string why) => new(StatusReason.BadRequest, $"error decoding patch: {why}");

    private static ApiException Failed(string why) => new(
        StatusReason.Invalid,
        $"the server rejected our request due to an error in our request: {why}",
        new StatusDetails { Causes = [new StatusCause { Reason = "UnexpectedServerResponse", Message = why }] });
}
