using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Api.Validation;

/// <summary>One thing wrong with one field, worded as Kubernetes words it: <c>spec.containers[0].name: Required value</c>.</summary>
public sealed record FieldError
{
    private FieldError(FieldErrorType type, string field, string body)
    {
        Type = type;
        Field = field;
        Body = body;
    }

    public FieldErrorType Type { get; }

    public string Field { get; }

    /// <summary>The error without the field's path.</summary>
    public string Body { get; }

    public static FieldError Required(FieldPath path, string detail = "") => new(FieldErrorType.Required, path.ToString(), With("Required value", detail));

    public static FieldError Invalid(FieldPath path, string value, string detail) => new(FieldErrorType.Invalid, path.ToString(), With("Invalid value: " + Quote(value), detail));

    public static FieldError Invalid(FieldPath path, long value, string detail) => new(FieldErrorType.Invalid, path.ToString(), With("Invalid value: " + value.ToString(CultureInfo.InvariantCulture), detail));

    public static FieldError Invalid(FieldPath path, JsonNode? value, string detail) => new(FieldErrorType.Invalid, path.ToString(), With("Invalid value: " + Text(value), detail));

    /// <summary>Bytes, shown as Go shows them.</summary>
    public static FieldError Invalid(FieldPath path, ReadOnlySpan<byte> value, string detail)
    {
        var shown = new StringBuilder("[]byte{");
        for (var i = 0; i < value.Length; i++)
            shown.Append(i == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"0x{value[i]:x}");
        return new FieldError(FieldErrorType.Invalid, path.ToString(), With($"Invalid value: {shown.Append('}')}", detail));
    }

    /// <summary>A value of a wrong type or format, as schemas judge it.</summary>
    public static FieldError TypeInvalid(FieldPath path, string value, string detail) => new(FieldErrorType.TypeInvalid, path.ToString(), With("Invalid value: " + Quote(value), detail));

    public static FieldError NotSupported(FieldPath path, JsonNode? value, params IReadOnlyList<string> supported) => new(
        FieldErrorType.NotSupported,
        path.ToString(),
        $"Unsupported value: {Text(value)}: supported values: {string.Join(", ", supported.Select(Quote))}");

    public static FieldError NotSupported(FieldPath path, string value, params IReadOnlyList<string> supported) => new(
        FieldErrorType.NotSupported,
        path.ToString(),
        $"Unsupported value: {Quote(value)}: supported values: {string.Join(", ", supported.Select(Quote))}");

    public static FieldError Duplicate(FieldPath path, string value, string detail = "") => new(FieldErrorType.Duplicate, path.ToString(), With("Duplicate value: " + Quote(value), detail));

    public static FieldError Duplicate(FieldPath path, JsonNode? value) => new(FieldErrorType.Duplicate, path.ToString(), "Duplicate value: " + Text(value));

    public static FieldError Forbidden(FieldPath path, string detail) => new(FieldErrorType.Forbidden, path.ToString(), With("Forbidden", detail));

    public static FieldError TooLong(FieldPath path, long max) => new(FieldErrorType.TooLong, path.ToString(), $"Too long: may not be more than {max} bytes");

    public static FieldError TooMany(FieldPath path, int count, long max) => new(FieldErrorType.TooMany, path.ToString(), $"Too many: {count}: must have at most {max} items");

    public static FieldError NotFound(FieldPath path, string value) => new(FieldErrorType.NotFound, path.ToString(), "Not found: " + Quote(value));

    public StatusCause ToCause() => new()
    {
        Reason = Type switch
        {
            FieldErrorType.Required => "FieldValueRequired",
            FieldErrorType.Invalid => "FieldValueInvalid",
            FieldErrorType.NotSupported => "FieldValueNotSupported",
            FieldErrorType.Duplicate => "FieldValueDuplicate",
            FieldErrorType.Forbidden => "FieldValueForbidden",
            FieldErrorType.TooLong => "FieldValueTooLong",
            FieldErrorType.TooMany => "FieldValueTooMany",
            FieldErrorType.TypeInvalid => "FieldValueTypeInvalid",
            _ => "FieldValueNotFound",
        },
        Message = Body,
        Field = Field,
    };

    public override string ToString() => Field.Length == 0 ? Body : $"{Field}: {Body}";

    private static string With(string head, string detail) => detail.Length == 0 ? head : $"{head}: {detail}";

    internal static string Text(JsonNode? value) => value is null ? "null" : value.AsString() is { } text ? Quote(text) : System.Text.Encoding.UTF8.GetString(JsonTree.Write(value));

    internal static string Quote(string value) => '"' + JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString() + '"';
}
