using System.Text.Json;
using static LiteKube.Api.OpenApi.Gnostic.GnosticForm;

namespace LiteKube.Api.OpenApi.Gnostic;

/// <summary>
/// The messages of <c>openapi.v3</c> with the numbers of their fields (https://github.com/google/gnostic, openapiv3/OpenAPIv3.proto): those that documents of
/// group versions are made of. Nearly every message that may be a reference is one of two.
/// </summary>
internal static class GnosticV3
{
    private static readonly GnosticMessage s_reference = new(0, ("$ref", new(1, Text)), ("summary", new(2, Text)), ("description", new(3, Text)));

    private static readonly GnosticMessage s_externalDocs = new(3, ("description", new(1, Text)), ("url", new(2, Text)));

    private static readonly GnosticMessage s_info = new(
        7,
        ("title", new(1, Text)),
        ("description", new(2, Text)),
        ("termsOfService", new(3, Text)),
        ("contact", new(4, Message, () => new(4, ("name", new(1, Text)), ("url", new(2, Text)), ("email", new(3, Text))))),
        ("license", new(5, Message, () => new(3, ("name", new(1, Text)), ("url", new(2, Text))))),
        ("version", new(6, Text)),
        ("summary", new(8, Text)));

    private static readonly GnosticMessage s_server = new(4, ("url", new(1, Text)), ("description", new(2, Text)));

    private static readonly GnosticMessage s_tag = new(4, ("name", new(1, Text)), ("description", new(2, Text)), ("externalDocs", new(3, Message, () => s_externalDocs)));

    private static readonly GnosticMessage s_schema = new(
        36,
        ("nullable", new(1, Flag)),
        ("readOnly", new(3, Flag)),
        ("writeOnly", new(4, Flag)),
        ("externalDocs", new(6, Message, () => s_externalDocs)),
        ("example", new(7, Any)),
        ("deprecated", new(8, Flag)),
        ("title", new(9, Text)),
        ("multipleOf", new(10, Number)),
        ("maximum", new(11, Number)),
        ("exclusiveMaximum", new(12, Flag)),
        ("minimum", new(13, Number)),
        ("exclusiveMinimum", new(14, Flag)),
        ("maxLength", new(15, Integer)),
        ("minLength", new(16, Integer)),
        ("pattern", new(17, Text)),
        ("maxItems", new(18, Integer)),
        ("minItems", new(19, Integer)),
        ("uniqueItems", new(20, Flag)),
        ("maxProperties", new(21, Integer)),
        ("minProperties", new(22, Integer)),
        ("required", new(23, Texts)),
        ("enum", new(24, Anys)),
        ("type", new(25, Text)),
        ("allOf", new(26, Messages, Choice: SchemaOrReference)),
        ("oneOf", new(27, Messages, Choice: SchemaOrReference)),
        ("anyOf", new(28, Messages, Choice: SchemaOrReference)),
        ("not", new(29, Message, () => s_schema!)),
        ("items", new(30, Message, Choice: value => Below(1, SchemaOrReference(value)))),
        ("properties", new(31, Map, Choice: SchemaOrReference)),
        ("additionalProperties", new(32, Message, Choice: value => value.ValueKind == JsonValueKind.Object ? Below(1, SchemaOrReference(value)) : new([2], null))),
        ("default", new(33, Scalar)),
        ("description", new(34, Text)),
        ("format", new(35, Text)));

    private static readonly GnosticMessage s_mediaType = new(5, ("schema", new(1, Message, Choice: SchemaOrReference)), ("example", new(2, Any)));

    private static readonly GnosticMessage s_parameter = new(
        14,
        ("name", new(1, Text)),
        ("in", new(2, Text)),
        ("description", new(3, Text)),
        ("required", new(4, Flag)),
        ("deprecated", new(5, Flag)),
        ("allowEmptyValue", new(6, Flag)),
        ("style", new(7, Text)),
        ("explode", new(8, Flag)),
        ("allowReserved", new(9, Flag)),
        ("schema", new(10, Message, Choice: SchemaOrReference)),
        ("example", new(11, Any)),
        ("content", new(13, Map, () => s_mediaType)));

    private static readonly GnosticMessage s_header = new(
        12,
        ("description", new(1, Text)),
        ("required", new(2, Flag)),
        ("deprecated", new(3, Flag)),
        ("schema", new(8, Message, Choice: SchemaOrReference)),
        ("content", new(11, Map, () => s_mediaType)));

    private static readonly GnosticMessage s_requestBody = new(4, ("description", new(1, Text)), ("content", new(2, Map, () => s_mediaType)), ("required", new(3, Flag)));

    private static readonly GnosticMessage s_response = new(
        5, ("description", new(1, Text)), ("headers", new(2, Map, Choice: value => OrReference(value, s_header))), ("content", new(3, Map, () => s_mediaType)));

    private static readonly GnosticMessage s_operation = new(
        13,
        ("tags", new(1, Texts)),
        ("summary", new(2, Text)),
        ("description", new(3, Text)),
        ("externalDocs", new(4, Message, () => s_externalDocs)),
        ("operationId", new(5, Text)),
        ("parameters", new(6, Messages, Choice: value => OrReference(value, s_parameter))),
        ("requestBody", new(7, Message, Choice: value => OrReference(value, s_requestBody))),
        ("responses", new(8, Map, Choice: value => OrReference(value, s_response), Entry: 2)),
        ("deprecated", new(10, Flag)),
        ("security", new(11, TextLists)),
        ("servers", new(12, Messages, () => s_server)));

    private static readonly GnosticMessage s_path = new(
        14,
        ("$ref", new(1, Text)),
        ("summary", new(2, Text)),
        ("description", new(3, Text)),
        ("get", new(4, Message, () => s_operation)),
        ("put", new(5, Message, () => s_operation)),
        ("post", new(6, Message, () => s_operation)),
        ("delete", new(7, Message, () => s_operation)),
        ("options", new(8, Message, () => s_operation)),
        ("head", new(9, Message, () => s_operation)),
        ("patch", new(10, Message, () => s_operation)),
        ("trace", new(11, Message, () => s_operation)),
        ("servers", new(12, Messages, () => s_server)),
        ("parameters", new(13, Messages, Choice: value => OrReference(value, s_parameter))));

    private static readonly GnosticMessage s_securityScheme = new(
        9,
        ("type", new(1, Text)),
        ("description", new(2, Text)),
        ("name", new(3, Text)),
        ("in", new(4, Text)),
        ("scheme", new(5, Text)),
        ("bearerFormat", new(6, Text)),
        ("openIdConnectUrl", new(8, Text)));

    private static readonly GnosticMessage s_components = new(
        10,
        ("schemas", new(1, Map, Choice: SchemaOrReference)),
        ("responses", new(2, Map, Choice: value => OrReference(value, s_response))),
        ("parameters", new(3, Map, Choice: value => OrReference(value, s_parameter))),
        ("requestBodies", new(5, Map, Choice: value => OrReference(value, s_requestBody))),
        ("headers", new(6, Map, Choice: value => OrReference(value, s_header))),
        ("securitySchemes", new(7, Map, Choice: value => OrReference(value, s_securityScheme))));

    public static GnosticMessage Document { get; } = new(
        9,
        ("openapi", new(1, Text)),
        ("info", new(2, Message, () => s_info)),
        ("servers", new(3, Messages, () => s_server)),
        ("paths", new(4, Map, () => s_path)),
        ("components", new(5, Message, () => s_components)),
        ("security", new(6, TextLists)),
        ("tags", new(7, Messages, () => s_tag)),
        ("externalDocs", new(8, Message, () => s_externalDocs)));

    private static GnosticChoice SchemaOrReference(JsonElement value) => OrReference(value, s_schema);

    private static GnosticChoice OrReference(JsonElement value, GnosticMessage message) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$ref", out _) ? new([2], s_reference) : new([1], message);

    private static GnosticChoice Below(int field, GnosticChoice choice) => choice with { Path = [field, .. choice.Path] };
}
