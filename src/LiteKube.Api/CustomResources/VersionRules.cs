using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.Api.Validation.Rules;

namespace LiteKube.Api.CustomResources;

/// <summary>What a version of a definition says beside its schema: sub-resources, columns, selectable fields.</summary>
internal static class VersionRules
{
    private const int MostSelectableFields = 8;
    private const string ColumnTypes = "must be one of boolean,date,integer,number,string";
    private const string ColumnFormats = "must be one of byte,date,date-time,double,float,int32,int64,password";

    public static void Subresources(FieldErrors errors, JsonObject? subresources, FieldPath path)
    {
        if (subresources.Object("scale") is not { } scale)
            return;
        var at = path.Child("scale");
        ScalePath(errors, scale.String("specReplicasPath"), at.Child("specReplicasPath"), ".spec", required: true);
        ScalePath(errors, scale.String("statusReplicasPath"), at.Child("statusReplicasPath"), ".status", required: true);
        ScalePath(errors, scale.String("labelSelectorPath"), at.Child("labelSelectorPath"), ".spec", required: false, ".status");
    }

    public static void Columns(FieldErrors errors, JsonObject version, FieldPath path)
    {
        foreach (var (i, column) in version.Items("additionalPrinterColumns"))
        {
            var at = path.Index(i);
            if (column.String("type") is { Length: > 0 } type && type is not ("boolean" or "date" or "integer" or "number" or "string"))
                errors.Add(FieldError.Invalid(at.Child("type"), type, ColumnTypes));
            if (column.String("format") is { Length: > 0 } format && format is not ("byte" or "date" or "date-time" or "double" or "float" or "int32" or "int64" or "password"))
                errors.Add(FieldError.Invalid(at.Child("format"), format, ColumnFormats));
            if (column.String("jsonPath") is { Length: > 0 } jsonPath)
                SimplePath(errors, jsonPath, at.Child("jsonPath"));
        }
    }

    public static void SelectableFields(FieldErrors errors, JsonObject version, FieldPath path)
    {
        var fields = version.Items("selectableFields").ToArray();
        if (fields.Length > MostSelectableFields)
            errors.Add(FieldError.TooMany(path, fields.Length, MostSelectableFields));
        var schema = version.Object("schema").Object("openAPIV3Schema");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, field) in fields)
        {
            var at = path.Index(i).Child("jsonPath");
            var jsonPath = field.String("jsonPath") ?? "";
            if (jsonPath.Length == 0)
                continue;
            if (!seen.Add(jsonPath))
                errors.Add(FieldError.Duplicate(at, jsonPath));
            if (!jsonPath.StartsWith('.') || jsonPath.Contains('[') || jsonPath.Contains('*'))
                errors.Add(FieldError.Invalid(at, jsonPath, "is an invalid path: must be a simple path of field names starting with '.'"));
            else if (jsonPath.StartsWith(".metadata", StringComparison.Ordinal) && (jsonPath.Length == 9 || jsonPath[9] == '.'))
                errors.Add(FieldError.Invalid(at, jsonPath, "must not point to fields in metadata"));
            else if (Find(schema, jsonPath) is not { } found)
                errors.Add(FieldError.Invalid(at, jsonPath, "is an invalid path: does not refer to a valid field"));
            else if (found.String("type") is not ("string" or "boolean" or "integer"))
                errors.Add(FieldError.Invalid(at, jsonPath, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."));
        }
    }

    private static JsonObject? Find(JsonObject? schema, string path)
    {
        foreach (var step in path[1..].Split('.'))
            schema = schema.Object("properties").Object(step);
        return schema;
    }

    private static void ScalePath(FieldErrors errors, string? text, FieldPath path, string root, bool required, string? or = null)
    {
        if (string.IsNullOrEmpty(text))
        {
            if (required)
                errors.Add(FieldError.Required(path));
            return;
        }

        if (!SimplePath(errors, text, path))
            return;
        if (!text.StartsWith(root + ".", StringComparison.Ordinal) && (or is null || !text.StartsWith(or + ".", StringComparison.Ordinal)))
            errors.Add(FieldError.Invalid(path, text, or is null ? $"should be a json path under {root}" : $"should be a json path under either {or} or {root}"));
    }

    private static bool SimplePath(FieldErrors errors, string text, FieldPath path)
    {
        if (!text.StartsWith('.'))
        {
            errors.Add(FieldError.Invalid(path, text, "must be a simple json path starting with ."));
            return false;
        }

        if (JsonPath.TryParse(text, out _, out var error))
            return true;
        errors.Add(FieldError.Invalid(path, text, $"must be a simple json path: {error}"));
        return false;
    }
}
