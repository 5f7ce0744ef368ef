using System.Text.Json;
using LiteKube.Api.Schema;

namespace LiteKube.Api.OpenApi;

/// <summary>Writes the paths of a kind and its sub-resources, with an operation for each verb.</summary>
internal sealed class PathWriter(Utf8JsonWriter writer, OpenApiDialect dialect, DefinitionWriter definitions)
{
    private static readonly string[] s_listParameters = ["allowWatchBookmarks:b", "continue", "fieldSelector", "labelSelector", "limit:i", "resourceVersion", "resourceVersionMatch", "sendInitialEvents:b", "timeoutSeconds:i", "watch:b"];
    private static readonly string[] s_writeParameters = ["dryRun", "fieldManager", "fieldValidation"];
    private static readonly string[] s_patchParameters = ["dryRun", "fieldManager", "fieldValidation", "force:b"];
    private static readonly string[] s_deleteParameters = ["dryRun", "gracePeriodSeconds:i", "orphanDependents:b", "propagationPolicy"];
    private static readonly string[] s_produces = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
    private static readonly string[] s_patchTypes = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];

    private bool IsV3 => dialect == OpenApiDialect.V3;

    public void Kind(KindSchema kind)
    {
        var resource = kind.Resource;
        var self = OpenApiNames.Of(kind);
        var list = OpenApiNames.ListOf(kind);
        var gvk = new GroupVersionKind(resource.Group, resource.Version, resource.Kind);
        var scoped = resource.Namespaced ? $"{resource.BasePath}/namespaces/{{namespace}}/{resource.Plural}" : $"{resource.BasePath}/{resource.Plural}";
        if (resource.Namespaced && kind.Verbs.Contains("list"))
        {
            Begin($"{resource.BasePath}/{resource.Plural}");
            Operation("get", "list", kind, gvk, "ForAllNamespaces", null, list, s_listParameters);
            End();
        }

        if (kind.Verbs.Contains("list") || kind.Verbs.Contains("create"))
        {
            Begin(scoped, ns: resource.Namespaced);
            if (kind.Verbs.Contains("deletecollection"))
                Operation("delete", "deletecollection", kind, gvk, "", OpenApiNames.Of("meta.v1.DeleteOptions"), OpenApiNames.Of("meta.v1.Status"), [.. s_deleteParameters, .. s_listParameters]);
            if (kind.Verbs.Contains("list"))
                Operation("get", "list", kind, gvk, "", null, list, s_listParameters);
            if (kind.Verbs.Contains("create"))
                Operation("post", "post", kind, gvk, "", self, self, s_writeParameters);
            End();
        }

        if (kind.Verbs.Contains("get"))
        {
            Begin(scoped + "/{name}", ns: resource.Namespaced, name: true);
            Item(kind, gvk, [.. kind.Verbs.Where(v => v != "create")], "", self);
            End();
        }

        foreach (var sub in kind.Subresources)
        {
            Begin($"{scoped}/{{name}}/{sub.Name}", ns: resource.Namespaced, name: true);
            var body = sub.Kind == gvk ? self : ApiSchema.Current.Type(sub.Kind) is { } type ? OpenApiNames.Of(type.Name) : null;
            Item(kind, sub.Kind, sub.Verbs, char.ToUpperInvariant(sub.Name[0]) + sub.Name[1..], body);
            End();
        }
    }

    private void Item(KindSchema kind, GroupVersionKind gvk, IReadOnlyList<string> verbs, string suffix, string? body)
    {
        if (verbs.Contains("delete"))
            Operation("delete", body is null ? "connect" : "delete", kind, gvk, suffix, body is null ? null : OpenApiNames.Of("meta.v1.DeleteOptions"), body is null ? null : OpenApiNames.Of("meta.v1.Status"), body is null ? [] : s_deleteParameters);
        if (verbs.Contains("get"))
            Operation("get", body is null ? "connect" : "get", kind, gvk, suffix, null, body, []);
        if (verbs.Contains("patch"))
            Operation("patch", body is null ? "connect" : "patch", kind, gvk, suffix, body is null ? null : "", body, body is null ? [] : s_patchParameters);
        if (verbs.Contains("create"))
            Operation("post", body is null ? "connect" : "post", kind, gvk, suffix, body, body, body is null ? [] : s_writeParameters);
        if (verbs.Contains("update"))
            Operation("put", body is null ? "connect" : "put", kind, gvk, suffix, body, body, body is null ? [] : s_writeParameters);
    }

    private void Begin(string path, bool ns = false, bool name = false)
    {
        writer.WriteStartObject(path);
        if (!ns && !name)
            return;
        writer.WriteStartArray("parameters"u8);
        if (name)
            Parameter("name", "path");
        if (ns)
            Parameter("namespace", "path");
        writer.WriteEndArray();
    }

    private void End() => writer.WriteEndObject();

    /// <param name="body">The definition of the body; empty for a patch, which has its own; null for none.</param>
    private void Operation(string method, string action, KindSchema kind, GroupVersionKind gvk, string suffix, string? body, string? answer, ReadOnlySpan<string> parameters)
    {
        writer.WriteStartObject(method);
        writer.WriteStartArray("tags"u8);
        writer.WriteStringValue(Room(kind, "_"));
        writer.WriteEndArray();
        writer.WriteString("operationId"u8, $"{Verb(action)}{Room(kind, "")}{Middle(action, method)}{(kind.Resource.Namespaced && suffix != "ForAllNamespaces" ? "Namespaced" : "")}{kind.Resource.Kind}{suffix}");
        if (!IsV3)
        {
            Strings("consumes"u8, action == "patch" ? PatchTypes(kind) : ["*/*"]);
            Strings("produces"u8, answer is null ? ["*/*"] : s_produces);
        }

        writer.WriteStartArray("parameters"u8);
        if (!IsV3 && body is not null)
            Body(body);
        foreach (var parameter in parameters)
            Parameter(parameter, "query");
        writer.WriteEndArray();
        if (IsV3 && body is not null)
        {
            writer.WriteStartObject("requestBody"u8);
            Content(body.Length == 0 ? "io.k8s.apimachinery.pkg.apis.meta.v1.Patch" : body, body.Length == 0 ? PatchTypes(kind) : ["*/*"]);
            writer.WriteEndObject();
        }

        Responses(answer);
        writer.WriteString("x-kubernetes-action"u8, action);
        writer.WritePropertyName("x-kubernetes-group-version-kind"u8);
        definitions.Gvk(gvk);
        writer.WriteEndObject();
    }

    private static string[] PatchTypes(KindSchema kind) => kind.Custom is null ? s_patchTypes : [.. s_patchTypes.Where(t => !t.Contains("strategic", StringComparison.Ordinal))];

    private void Responses(string? answer)
    {
        writer.WriteStartObject("responses"u8);
        writer.WriteStartObject("200"u8);
        writer.WriteString("description"u8, "OK"u8);
        if (answer is null)
        {
            if (!IsV3)
            {
                writer.WriteStartObject("schema"u8);
                writer.WriteString("type"u8, "string"u8);
                writer.WriteEndObject();
            }
        }
        else if (IsV3)
        {
            Content(answer, s_produces);
        }
        else
        {
            writer.WriteStartObject("schema"u8);
            definitions.Reference(answer);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("401"u8);
        writer.WriteString("description"u8, "Unauthorized"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Content(string definition, ReadOnlySpan<string> types)
    {
        writer.WriteStartObject("content"u8);
        foreach (var type in types)
        {
            writer.WriteStartObject(type);
            writer.WriteStartObject("schema"u8);
            definitions.Reference(definition);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void Body(string definition)
    {
        writer.WriteStartObject();
        writer.WriteString("in"u8, "body"u8);
        writer.WriteString("name"u8, "body"u8);
        writer.WriteBoolean("required"u8, definition != OpenApiNames.Of("meta.v1.DeleteOptions"));
        writer.WriteStartObject("schema"u8);
        if (definition.Length == 0)
            writer.WriteString("type"u8, "object"u8);
        else
            definitions.Reference(definition);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Parameter(string parameter, string place)
    {
        var colon = parameter.IndexOf(':');
        var type = colon < 0 ? "string" : parameter[colon + 1] == 'b' ? "boolean" : "integer";
        writer.WriteStartObject();
        writer.WriteString("in"u8, place);
        writer.WriteString("name"u8, colon < 0 ? parameter : parameter[..colon]);
        if (place == "path")
            writer.WriteBoolean("required"u8, true);
        if (IsV3)
        {
            writer.WriteStartObject("schema"u8);
            writer.WriteString("type"u8, type);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("type"u8, type);
        }

        writer.WriteEndObject();
    }

    private void Strings(ReadOnlySpan<byte> name, ReadOnlySpan<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Verb(string action) => action switch
    {
        "get" => "read",
        "post" => "create",
        "put" => "replace",
        "deletecollection" => "delete",
        _ => action,
    };

    private static string Middle(string action, string method) => action switch
    {
        "deletecollection" => "Collection",
        "connect" => char.ToUpperInvariant(method[0]) + method[1..],
        _ => "",
    };

    // apps/v1: "apps_v1" for tags, "AppsV1" within operation ids.
    private static string Room(KindSchema kind, string separator)
    {
        var parts = kind.Resource.Group.Split('.');
        var group = kind.Resource.Group.Length == 0 ? "core" : kind.Custom is null ? parts[0] : parts[0] + string.Concat(parts.Skip(1).Where(p => p.Length > 0).Select(Upper));
        var version = kind.Resource.Version;
        return separator.Length > 0 ? group + separator + version : Upper(group) + Upper(version);

        static string Upper(string word) => char.ToUpperInvariant(word[0]) + word[1..];
    }
}
