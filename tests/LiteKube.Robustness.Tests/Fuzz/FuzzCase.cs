using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Protobuf;

namespace LiteKube.Robustness.Tests.Fuzz;

/// <summary>One request, made of a seed and a number alone: the same two make the same request again.</summary>
internal sealed class FuzzCase
{
    public const string Namespace = "fuzz";
    private const int Names = 6;

    private readonly Random _random;
    private readonly JsonMutator _mutator;

    public FuzzCase(int seed, int number)
    {
        _random = new Random(unchecked((seed * 1_000_003) + number));
        _mutator = new JsonMutator(_random);
        var target = FuzzTarget.All[_random.Next(FuzzTarget.All.Length)];
        var name = target.Name is { } only && _random.Next(3) > 0 ? only : $"f{_random.Next(Names)}";
        Method = _random.Next(12) switch { < 3 => "POST", < 5 => "PUT", < 8 => "PATCH", 8 => "DELETE", _ => "GET" };
        Path = PathOf(target.Collection, name) + Query();
        Accept = _random.Next(3) == 0 ? FuzzWords.Accepts[_random.Next(FuzzWords.Accepts.Length)] : "application/json";
        if (Method is "GET")
            return;
        (ContentType, Body) = BodyOf(target, name);
    }

    public string Method { get; }

    public string Path { get; }

    public string Accept { get; }

    public string? ContentType { get; }

    public byte[] Body { get; } = [];

    public HttpRequestMessage Request(Uri server)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), server.GetLeftPart(UriPartial.Authority) + Path);
        request.Headers.TryAddWithoutValidation("Accept", Accept);
        if (ContentType is null)
            return request;
        request.Content = new ByteArrayContent(Body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        return request;
    }

    public override string ToString() => $"{Method} {Path} accept={Accept} type={ContentType} body[{Body.Length}]={Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 1500)))}";

    private string PathOf(string collection, string name)
    {
        var subresource = _random.Next(12) switch { 0 => "/status", 1 => "/scale", 2 => "/" + Segment(), _ => "" };
        return _random.Next(40) switch
        {
            0 => collection + "/" + Segment(),
            1 => "/" + string.Join('/', Enumerable.Range(0, _random.Next(8)).Select(_ => Segment())),
            2 => collection.Replace("namespaces/fuzz", "namespaces/" + Segment(), StringComparison.Ordinal),
            3 => "/openapi/v3/" + Segment(),
            _ when Method == "POST" || (Method == "GET" && _random.Next(2) == 0) || (Method == "DELETE" && _random.Next(6) == 0) => collection,
            _ => $"{collection}/{name}{subresource}",
        };
    }

    /// <summary>Of a path. A zero byte there is refused by Kestrel itself, which says no more than 400.</summary>
    private string Segment() => Uri.EscapeDataString(_mutator.Text().Replace("\0", "0", StringComparison.Ordinal));

    private string Query()
    {
        var pairs = new List<string>();
        for (var i = _random.Next(4) - 1; i > 0; i--)
        {
            var parameter = FuzzWords.Parameters[_random.Next(FuzzWords.Parameters.Length)];
            var value = parameter.EndsWith("Selector", StringComparison.Ordinal) ? FuzzWords.Selectors[_random.Next(FuzzWords.Selectors.Length)] : _mutator.Text();
            if (parameter == "watch")
                pairs.Add("timeoutSeconds=1");
            pairs.Add($"{parameter}={Uri.EscapeDataString(value)}");
        }

        return pairs.Count == 0 ? "" : "?" + string.Join('&', pairs);
    }

    private (string ContentType, byte[] Body) BodyOf(FuzzTarget target, string name)
    {
        var document = target.Document(name);
        if (Method == "PATCH")
            return PatchOf(document);
        var type = _random.Next(4) == 0 ? FuzzWords.ContentTypes[_random.Next(FuzzWords.ContentTypes.Length)] : "application/json";
        if (type == "application/yaml" && _random.Next(2) == 0)
            return (type, Encoding.UTF8.GetBytes(FuzzWords.Yaml[_random.Next(FuzzWords.Yaml.Length)]));
        if (type == "application/vnd.kubernetes.protobuf")
            return (type, target.ApiVersion is null || _random.Next(4) == 0 ? Noise() : _mutator.Bytes(Protobuf(target, document)));
        var text = Encoding.UTF8.GetBytes((_random.Next(8) == 0 ? document : _mutator.Mutate(document)).ToJsonString());
        return (type, _random.Next(20) switch { 0 => _mutator.Nested(), 1 => Noise(), < 4 => _mutator.Bytes(text), _ => text });
    }

    private (string ContentType, byte[] Body) PatchOf(JsonObject document)
    {
        var body = _random.Next(12) switch { 0 => _mutator.Nested(), 1 => Noise(), _ => null };
        return _random.Next(6) switch
        {
            0 or 1 => ("application/json-patch+json", body ?? Operations()),
            2 => ("application/merge-patch+json", body ?? Encoding.UTF8.GetBytes(_mutator.Mutate(document).ToJsonString())),
            3 => ("application/strategic-merge-patch+json", body ?? Encoding.UTF8.GetBytes(Directives(_mutator.Mutate(document)).ToJsonString())),
            4 => ("application/apply-patch+yaml", body ?? Encoding.UTF8.GetBytes(_mutator.Mutate(document).ToJsonString())),
            _ => (FuzzWords.ContentTypes[_random.Next(FuzzWords.ContentTypes.Length)], body ?? Encoding.UTF8.GetBytes(_mutator.Mutate(document).ToJsonString())),
        };
    }

    private byte[] Operations()
    {
        string[] operations = ["add", "remove", "replace", "move", "copy", "test", "nothing"];
        string[] pointers = ["", "/", "/metadata", "/metadata/labels", "/metadata/labels/a~1b", "/spec", "/spec/containers/0", "/spec/containers/-", "/spec/containers/99999999999", "/spec/~2", "x", "/metadata/name", "/data/k", "/metadata/managedFields"];
        var patch = new JsonArray();
        for (var i = _random.Next(1, 6); i > 0; i--)
        {
            var operation = new JsonObject { ["op"] = operations[_random.Next(operations.Length)], ["path"] = pointers[_random.Next(pointers.Length)] };
            if (_random.Next(2) == 0)
                operation["value"] = _mutator.Value();
            if (_random.Next(2) == 0)
                operation["from"] = pointers[_random.Next(pointers.Length)];
            patch.Add(operation);
        }

        return Encoding.UTF8.GetBytes(_random.Next(6) == 0 ? patch[0]!.ToJsonString() : patch.ToJsonString());
    }

    private JsonObject Directives(JsonObject patch)
    {
        string[] directives = ["$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers"];
        var part = patch["spec"] as JsonObject ?? patch;
        part[directives[_random.Next(directives.Length)]] = _random.Next(2) == 0 ? (_random.Next(2) == 0 ? "delete" : "replace") : _mutator.Value();
        return patch;
    }

    private byte[] Noise()
    {
        var noise = new byte[_random.Next(2000)];
        _random.NextBytes(noise);
        if (_random.Next(2) == 0 && noise.Length > 4)
            "k8s\0"u8.CopyTo(noise);
        return noise;
    }

    private static byte[] Protobuf(FuzzTarget target, JsonObject document)
    {
        document["apiVersion"] = target.ApiVersion;
        document["kind"] = target.Kind;
        return ProtobufCodec.Encode(Encoding.UTF8.GetBytes(document.ToJsonString())).ToArray();
    }
}
