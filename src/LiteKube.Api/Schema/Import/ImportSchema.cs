// Derives Schema/Data/<group>.<version>.schema from a Kubernetes release's published facts:
//   dotnet run ImportSchema.cs <dir with swagger.json, aggregated_v2.json, protobuf-fields.json> <out dir>
// Only names, types, keys and numbers are taken; no prose. Run it when the Kubernetes version moves, and read the diff.
#:property PublishAot=false
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

var source = args[0];
var target = args[1];
using var swagger = Open("swagger.json");
using var discovery = Open("aggregated_v2.json");
using var proto = Open("protobuf-fields.json");
var definitions = swagger.RootElement.GetProperty("definitions");
var messages = proto.RootElement;
var stable = new Regex("^v[0-9]+$");
var warnings = new List<string>();

// The kinds to keep: every resource of a stable group version.
var kinds = new Dictionary<string, List<string>>();
var pending = new Queue<string>();
var byGvk = new Dictionary<(string Group, string Version, string Kind), string>();
foreach (var definition in definitions.EnumerateObject())
    if (definition.Value.TryGetProperty("x-kubernetes-group-version-kind", out var gvks) && gvks.GetArrayLength() > 0 && definition.Name.StartsWith("io.k8s."))
        foreach (var gvk in gvks.EnumerateArray())
            byGvk.TryAdd((gvk.GetProperty("group").GetString()!, gvk.GetProperty("version").GetString()!, gvk.GetProperty("kind").GetString()!), definition.Name);

AddCore();
foreach (var group in discovery.RootElement.GetProperty("items").EnumerateArray())
    foreach (var version in group.GetProperty("versions").EnumerateArray())
        AddVersion(group.GetProperty("metadata").TryGetProperty("name", out var n) ? n.GetString()! : "", version);
foreach (var extra in new[] { "Status", "DeleteOptions", "LabelSelector", "ObjectMeta", "ListMeta", "Condition", "APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "WatchEvent", "Preconditions" })
    pending.Enqueue("io.k8s.apimachinery.pkg.apis.meta.v1." + extra);

var types = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
var seen = new HashSet<string>();
while (pending.TryDequeue(out var name))
    if (seen.Add(name))
        AddType(name);

foreach (var stale in Directory.GetFiles(target, "*.schema"))
    if (!Path.GetFileName(stale).StartsWith("overlay"))
        File.Delete(stale);
foreach (var (room, list) in types)
{
    var text = new StringBuilder("# Facts of the Kubernetes v1.36 API. Made by Schema/Import/ImportSchema.cs; do not edit. The format is described in Schema/README.md.\n");
    if (kinds.TryGetValue(room, out var lines))
        foreach (var line in lines)
            text.Append(line).Append('\n');
    foreach (var type in list.Values)
        text.Append(type);
    File.WriteAllText(Path.Combine(target, room + ".schema"), text.ToString());
}

foreach (var w in warnings)
    Console.Error.WriteLine(w);
Console.WriteLine($"{kinds.Values.Sum(k => k.Count(l => l.StartsWith("kind")))} kinds, {types.Values.Sum(t => t.Count)} types");
return;

JsonDocument Open(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(source, file)));

// The core group is not part of /apis; its facts stand in the paths of swagger.
void AddCore()
{
    var shortNames = new Dictionary<string, string>
    {
        ["pods"] = "po", ["replicationcontrollers"] = "rc", ["services"] = "svc", ["namespaces"] = "ns", ["nodes"] = "no", ["endpoints"] = "ep",
        ["configmaps"] = "cm", ["serviceaccounts"] = "sa", ["events"] = "ev", ["limitranges"] = "limits", ["resourcequotas"] = "quota",
        ["persistentvolumeclaims"] = "pvc", ["persistentvolumes"] = "pv", ["componentstatuses"] = "cs",
    };
    var all = new HashSet<string> { "pods", "replicationcontrollers", "services" };
    var resources = new SortedDictionary<string, Resource>(StringComparer.Ordinal);
    foreach (var path in swagger.RootElement.GetProperty("paths").EnumerateObject())
    {
        if (!path.Name.StartsWith("/api/v1/") || path.Name.Contains("/watch/"))
            continue;
        var segments = path.Name["/api/v1/".Length..].TrimEnd('/').Split('/');
        var namespaced = segments[0] == "namespaces" && segments.Length >= 3 && segments[1] == "{namespace}" && segments[2] is not ("status" or "finalize");
        if (namespaced)
            segments = segments[2..];
        var hasName = segments.Length > 1 && segments[1] is "{name}" or "{namespace}";
        if (segments.Length > 1 && !hasName)
            continue;
        var sub = segments.Length > 2 ? segments[2] : "";
        if (segments.Length > 3 && segments[3] != "{path}")
            continue;
        foreach (var operation in path.Value.EnumerateObject())
        {
            if (operation.Name == "parameters")
                continue;
            var verb = operation.Value.TryGetProperty("x-kubernetes-action", out var a) ? a.GetString()! : operation.Name;
            verb = verb switch { "post" when sub != "" => "create", "post" => "create", "put" => "update", "connect" => "connect", _ => verb };
            var gvk = operation.Value.TryGetProperty("x-kubernetes-group-version-kind", out var g) ? g : default;
            if (gvk.ValueKind == JsonValueKind.Undefined)
                continue;
            if (!resources.TryGetValue(segments[0], out var r))
                resources[segments[0]] = r = new Resource { Plural = segments[0] };
            if (namespaced)
                r.Namespaced = true;
            var key = (gvk.GetProperty("group").GetString()!, gvk.GetProperty("version").GetString()!, gvk.GetProperty("kind").GetString()!);
            if (verb == "connect")
                verb = operation.Name switch { "post" => "create", "get" => "get", "put" => "update", "delete" => "delete", "patch" => "patch", _ => "" };
            if (verb == "")
                continue;
            var entry = sub == "" ? r : r.Subs.TryGetValue(sub, out var s) ? s : r.Subs[sub] = new Resource { Plural = sub };
            entry.Gvk = key;
            entry.Verbs.Add(verb);
        }
    }

    var output = kinds["core.v1"] = [];
    foreach (var r in resources.Values)
    {
        if (r.Verbs.Contains("list") && r.Plural != "componentstatuses")
            r.Verbs.Add("watch");
        if (r.Plural is "componentstatuses")
            r.Verbs.Remove("watch");
        Emit(output, r, "core", r.Gvk.Kind.ToLowerInvariant(), shortNames.GetValueOrDefault(r.Plural, ""), all.Contains(r.Plural) ? "all" : "");
        foreach (var s in r.Subs.Values)
            EmitSub(output, s, ("", "v1"), r.Gvk.Kind);
        if (r.Plural == "serviceaccounts" && !r.Subs.ContainsKey("token"))
            warnings.Add("serviceaccounts/token missing");
    }
}

void AddVersion(string group, JsonElement version)
{
    var v = version.GetProperty("version").GetString()!;
    if (!stable.IsMatch(v))
        return;
    var room = Room(group) + "." + v;
    var output = kinds[room] = [];
    foreach (var resource in version.GetProperty("resources").EnumerateArray())
    {
        var kind = resource.GetProperty("responseKind").GetProperty("kind").GetString()!;
        var r = new Resource
        {
            Plural = resource.GetProperty("resource").GetString()!,
            Namespaced = resource.GetProperty("scope").GetString() == "Namespaced",
            Gvk = (group, v, kind),
        };
        if (resource.TryGetProperty("verbs", out var verbs))
            r.Verbs.UnionWith(verbs.EnumerateArray().Select(x => x.GetString()!));
        Emit(output, r, Room(group), resource.GetProperty("singularResource").GetString()!, Join(resource, "shortNames"), Join(resource, "categories"));
        if (!resource.TryGetProperty("subresources", out var subs))
            continue;
        foreach (var sub in subs.EnumerateArray())
        {
            var response = sub.GetProperty("responseKind");
            var g = response.GetProperty("group").GetString()!;
            var ver = response.GetProperty("version").GetString()!;
            var s = new Resource { Plural = sub.GetProperty("subresource").GetString()!, Gvk = (g == "" && ver == "" ? group : g, ver == "" ? v : ver, response.GetProperty("kind").GetString()!) };
            s.Verbs.UnionWith(sub.GetProperty("verbs").EnumerateArray().Select(x => x.GetString()!));
            EmitSub(output, s, (group, v), kind);
        }
    }
}

static string Join(JsonElement e, string property) => e.TryGetProperty(property, out var p) ? string.Join(',', p.EnumerateArray().Select(x => x.GetString())) : "";

void Emit(List<string> output, Resource r, string room, string singular, string shortNames, string categories)
{
    var type = byGvk.TryGetValue(r.Gvk, out var d) ? d : null;
    if (type is null)
    {
        warnings.Add($"no definition for {r.Gvk}");
        return;
    }

    pending.Enqueue(type);
    var line = $"kind {r.Gvk.Kind} {Short(type)} group={r.Gvk.Group} version={r.Gvk.Version} plural={r.Plural} singular={singular} scope={(r.Namespaced ? "Namespaced" : "Cluster")}";
    if (shortNames != "")
        line += " short=" + shortNames;
    if (categories != "")
        line += " categories=" + categories;
    output.Add(line + " verbs=" + string.Join(',', r.Verbs));
}

void EmitSub(List<string> output, Resource s, (string Group, string Version) parent, string parentKind)
{
    if (byGvk.TryGetValue(s.Gvk, out var d))
        pending.Enqueue(d);
    output.Add($"  sub {s.Plural} {s.Gvk.Kind}" + ((s.Gvk.Group, s.Gvk.Version) != parent ? $" group={s.Gvk.Group} version={s.Gvk.Version}" : "") + " verbs=" + string.Join(',', s.Verbs));
}

static string Room(string group) => group == "" ? "core" : group.Split('.')[0];

string Short(string definition)
{
    if (definition.StartsWith("io.k8s.api."))
        return definition["io.k8s.api.".Length..];
    var m = Regex.Match(definition, @"\.pkg\.apis\.([a-z]+)\.(v[0-9a-z]+)\.(\w+)$");
    if (m.Success)
        return $"{m.Groups[1].Value}.{m.Groups[2].Value}.{m.Groups[3].Value}";
    throw new InvalidOperationException("no short name for " + definition);
}

// The message of a definition, and the file ("room") its type goes to.
string Message(string definition) => "k8s.io." + definition["io.k8s.".Length..].Replace('-', '_');

void AddType(string name)
{
    if (Scalar(name) is not null)
        return;
    var definition = definitions.GetProperty(name);
    var shortName = Short(name);
    var room = shortName[..shortName.LastIndexOf('.')];
    var required = definition.TryGetProperty("required", out var req) ? req.EnumerateArray().Select(x => x.GetString()!).ToHashSet() : [];
    var topLevel = byGvk.Where(k => k.Value == name).Select(k => k.Key).OrderBy(k => k.Group.Length).Take(1).ToList();
    var text = new StringBuilder("type ").Append(shortName);
    if (topLevel.Count > 0)
        text.Append($" gvk={topLevel[0].Group}/{topLevel[0].Version}/{topLevel[0].Kind}");
    if (definition.TryGetProperty("x-kubernetes-map-type", out var mt) && mt.GetString() == "atomic")
        text.Append(" atomic");
    if (definition.TryGetProperty("x-kubernetes-unions", out _))
        text.Append(" union");
    text.Append('\n');
    messages.TryGetProperty(Message(name), out var message);
    if (message.ValueKind == JsonValueKind.Undefined)
        warnings.Add("no message for " + name);
    if (definition.TryGetProperty("properties", out var properties))
        foreach (var p in properties.EnumerateObject())
        {
            var number = message.ValueKind == JsonValueKind.Undefined ? "0" : Number(message, name, p.Name);
            if (number is null)
            {
                if (!(topLevel.Count > 0 && p.Name is "apiVersion" or "kind"))
                    warnings.Add($"no number for {name}.{p.Name}");
                number = "0";
            }

            text.Append("  ").Append(p.Name).Append(' ').Append(number).Append(' ').Append(TypeOf(p.Value, name, p.Name));
            if (required.Contains(p.Name))
                text.Append(" required");
            if (p.Value.TryGetProperty("x-kubernetes-list-type", out var lt))
                text.Append(lt.GetString() == "map"
                    ? " map(" + string.Join(',', p.Value.GetProperty("x-kubernetes-list-map-keys").EnumerateArray().Select(x => x.GetString())) + ")"
                    : " " + lt.GetString());
            if (p.Value.TryGetProperty("x-kubernetes-map-type", out var pm) && pm.GetString() == "atomic")
                text.Append(" atomic");
            if (p.Value.TryGetProperty("x-kubernetes-patch-strategy", out var ps))
                text.Append($" {ps.GetString()!.Replace(',', '+')}({(p.Value.TryGetProperty("x-kubernetes-patch-merge-key", out var mk) ? mk.GetString() : "")})");
            text.Append('\n');
        }

    if (!types.TryGetValue(room, out var list))
        types[room] = list = new(StringComparer.Ordinal);
    list[shortName] = text.ToString();
}

// A field's number; for a Go struct embedded in another (flattened in JSON, a message of its own on the wire) the path to it.
string? Number(JsonElement message, string name, string field)
{
    // A Go list type of its own is a message with items.
    if (name.EndsWith(".APIResource") && field == "verbs")
        return message.GetProperty(field)[0].GetInt32() + ".1";
    // A few wire names differ from the JSON names in case only.
    foreach (var f in message.EnumerateObject())
        if (string.Equals(f.Name, field.Replace("-", "").Replace("$", ""), StringComparison.OrdinalIgnoreCase))
            return f.Value[0].GetInt32().ToString();
    var definition = definitions.GetProperty(name).GetProperty("properties");
    foreach (var candidate in message.EnumerateObject())
    {
        if (definition.TryGetProperty(candidate.Name, out _))
            continue;
        var type = candidate.Value[1].GetString()!.Split(' ')[^1];
        var full = messages.TryGetProperty(type, out var inner) ? type : null;
        if (full is null)
        {
            full = Message(name)[..(Message(name).LastIndexOf('.') + 1)] + type;
            if (!messages.TryGetProperty(full, out inner))
                continue;
        }

        if (inner.TryGetProperty(field, out var nested))
            return candidate.Value[0].GetInt32() + "." + nested[0].GetInt32();
        foreach (var second in inner.EnumerateObject())
        {
            var t2 = second.Value[1].GetString()!.Split(' ')[^1];
            if (!messages.TryGetProperty(t2, out var inner2) && !messages.TryGetProperty(full[..(full.LastIndexOf('.') + 1)] + t2, out inner2))
                continue;
            if (inner2.TryGetProperty(field, out var deep) && char.IsLower(second.Name[0]) && !definition.TryGetProperty(second.Name, out _))
                return $"{candidate.Value[0].GetInt32()}.{second.Value[0].GetInt32()}.{deep[0].GetInt32()}";
        }
    }

    return null;
}

string TypeOf(JsonElement property, string owner, string field)
{
    if (property.TryGetProperty("$ref", out var reference))
    {
        var name = reference.GetString()!["#/definitions/".Length..];
        if (Scalar(name) is { } scalar)
            return scalar;
        pending.Enqueue(name);
        return Short(name);
    }

    var format = property.TryGetProperty("format", out var f) ? f.GetString() : null;
    switch (property.TryGetProperty("type", out var t) ? t.GetString() : null)
    {
        case "string": return format switch { "byte" => "bytes", _ => "string" };
        case "integer": return format ?? "int64";
        case "number": return "double";
        case "boolean": return "bool";
        case "array": return "[]" + TypeOf(property.GetProperty("items"), owner, field);
        case "object" when property.TryGetProperty("additionalProperties", out var values): return "{}" + TypeOf(values, owner, field);
        case "object": return "any";
        default: return "any";
    }
}

// Definitions that are one value in JSON.
static string? Scalar(string definition) => definition[(definition.LastIndexOf('.') + 1)..] switch
{
    "Time" => "time",
    "MicroTime" => "microtime",
    "Quantity" => "quantity",
    "IntOrString" => "intstr",
    "RawExtension" => "raw",
    "JSON" => "any",
    "JSONSchemaPropsOrBool" => "schemaOrBool",
    "JSONSchemaPropsOrArray" => "schemaOrArray",
    "JSONSchemaPropsOrStringArray" => "schemaOrStrings",
    "FieldsV1" => "fields",
    "Duration" => "duration",
    _ => null,
};

sealed class Resource
{
    public required string Plural { get; init; }
    public bool Namespaced { get; set; }
    public (string Group, string Version, string Kind) Gvk { get; set; }
    public SortedSet<string> Verbs { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, Resource> Subs { get; } = new(StringComparer.Ordinal);
}
