using System.Text.Json;
using static LiteKube.Api.OpenApi.Gnostic.GnosticForm;

namespace LiteKube.Api.OpenApi.Gnostic;

/// <summary>The messages of <c>openapi.v2</c> with the numbers of their fields (https://github.com/google/gnostic, openapiv2/OpenAPIv2.proto).</summary>
internal static class GnosticV2
{
    private static readonly GnosticMessage s_reference = new(0, ("$ref", new(1, Text)), ("description", new(2, Text)));

    private static readonly GnosticMessage s_externalDocs = new(3, ("description", new(1, Text)), ("url", new(2, Text)));

    private static readonly GnosticMessage s_info = new(
        7,
        ("title", new(1, Text)),
        ("version", new(2, Text)),
        ("description", new(3, Text)),
        ("termsOfService", new(4, Text)),
        ("contact", new(5, Message, () => new(4, ("name", new(1, Text)), ("url", new(2, Text)), ("email", new(3, Text))))),
        ("license", new(6, Message, () => new(3, ("name", new(1, Text)), ("url", new(2, Text))))));

    private static readonly GnosticMessage s_tag = new(4, ("name", new(1, Text)), ("description", new(2, Text)), ("externalDocs", new(3, Message, () => s_externalDocs)));

    private static readonly GnosticMessage s_schema = new(
        31,
        [
            ("$ref", new(1, Text)),
            ("format", new(2, Text)),
            ("title", new(3, Text)),
            ("description", new(4, Text)),
            ("default", new(5, Any)),
            .. Limits(multipleOf: 6, first: 7),
            ("maxProperties", new(17, Integer)),
            ("minProperties", new(18, Integer)),
            ("required", new(19, Texts)),
            ("enum", new(20, Anys)),
            ("additionalProperties", new(21, Message, Choice: value => value.ValueKind == JsonValueKind.Object ? new([1], Schema()) : new([2], null))),
            ("type", new(22, TextList)),
            ("items", new(23, Message, Choice: _ => new([1], Schema()))),
            ("allOf", new(24, Messages, Schema)),
            ("properties", new(25, Map, Schema)),
            ("discriminator", new(26, Text)),
            ("readOnly", new(27, Flag)),
            ("externalDocs", new(29, Message, () => s_externalDocs)),
            ("example", new(30, Any)),
        ]);

    private static readonly GnosticMessage s_items = new(
        18,
        [
            ("type", new(1, Text)),
            ("format", new(2, Text)),
            ("items", new(3, Message, Items)),
            ("collectionFormat", new(4, Text)),
            ("default", new(5, Any)),
            .. Limits(multipleOf: 17, first: 6),
            ("enum", new(16, Anys)),
        ]);

    private static readonly GnosticMessage s_header = new(
        19,
        [
            ("type", new(1, Text)),
            ("format", new(2, Text)),
            ("items", new(3, Message, Items)),
            ("collectionFormat", new(4, Text)),
            ("default", new(5, Any)),
            .. Limits(multipleOf: 17, first: 6),
            ("enum", new(16, Anys)),
            ("description", new(18, Text)),
        ]);

    private static readonly GnosticMessage s_body = new(
        6,
        ("description", new(1, Text)),
        ("name", new(2, Text)),
        ("in", new(3, Text)),
        ("required", new(4, Flag)),
        ("schema", new(5, Message, Schema)));

    private static readonly GnosticMessage s_headerOrPath = NonBody(maybeEmpty: false);

    private static readonly GnosticMessage s_queryOrForm = NonBody(maybeEmpty: true);

    private static readonly GnosticMessage s_response = new(
        5,
        ("description", new(1, Text)),
        ("schema", new(2, Message, Choice: _ => new([1], Schema()))),
        ("headers", new(3, Map, () => s_header)));

    private static readonly GnosticMessage s_operation = new(
        13,
        ("tags", new(1, Texts)),
        ("summary", new(2, Text)),
        ("description", new(3, Text)),
        ("externalDocs", new(4, Message, () => s_externalDocs)),
        ("operationId", new(5, Text)),
        ("produces", new(6, Texts)),
        ("consumes", new(7, Texts)),
        ("parameters", new(8, Messages, Choice: ParameterOrReference)),
        ("responses", new(9, Map, Choice: value => value.TryGetProperty("$ref", out _) ? new([2], s_reference) : new([1], s_response))),
        ("schemes", new(10, Texts)),
        ("deprecated", new(11, Flag)),
        ("security", new(12, TextLists)));

    private static readonly GnosticMessage s_path = new(
        10,
        ("$ref", new(1, Text)),
        ("get", new(2, Message, () => s_operation)),
        ("put", new(3, Message, () => s_operation)),
        ("post", new(4, Message, () => s_operation)),
        ("delete", new(5, Message, () => s_operation)),
        ("options", new(6, Message, () => s_operation)),
        ("head", new(7, Message, () => s_operation)),
        ("patch", new(8, Message, () => s_operation)),
        ("parameters", new(9, Messages, Choice: ParameterOrReference)));

    private static readonly GnosticMessage s_apiKey = new(5, ("type", new(1, Text)), ("name", new(2, Text)), ("in", new(3, Text)), ("description", new(4, Text)));

    private static readonly GnosticMessage s_basic = new(3, ("type", new(1, Text)), ("description", new(2, Text)));

    public static GnosticMessage Document { get; } = new(
        16,
        ("swagger", new(1, Text)),
        ("info", new(2, Message, () => s_info)),
        ("host", new(3, Text)),
        ("basePath", new(4, Text)),
        ("schemes", new(5, Texts)),
        ("consumes", new(6, Texts)),
        ("produces", new(7, Texts)),
        ("paths", new(8, Map, () => s_path, Entry: 2)),
        ("definitions", new(9, Map, Schema)),
        ("parameters", new(10, Map, Choice: Parameter)),
        ("responses", new(11, Map, () => s_response)),
        ("security", new(12, TextLists)),
        ("securityDefinitions", new(13, Map, Choice: value => value.GetProperty("type").ValueEquals("basic") ? new([1], s_basic) : new([2], s_apiKey))),
        ("tags", new(14, Messages, () => s_tag)),
        ("externalDocs", new(15, Message, () => s_externalDocs)));

    private static GnosticMessage Schema() => s_schema;

    private static GnosticMessage Items() => s_items;

    private static GnosticChoice ParameterOrReference(JsonElement value)
    {
        if (value.TryGetProperty("$ref", out _))
            return new GnosticChoice([2], s_reference);
        var parameter = Parameter(value);
        return parameter with { Path = [1, .. parameter.Path] };
    }

    private static GnosticChoice Parameter(JsonElement value) => value.GetProperty("in").GetString() switch
    {
        "body" => new([1], s_body),
        "header" => new([2, 1], s_headerOrPath),
        "formData" => new([2, 2], s_queryOrForm),
        "query" => new([2, 3], s_queryOrForm),
        _ => new([2, 4], s_headerOrPath),
    };

    private static GnosticMessage NonBody(bool maybeEmpty)
    {
        var at = maybeEmpty ? 1 : 0;
        return new GnosticMessage(
            22 + at,
            [
                ("required", new(1, Flag)),
                ("in", new(2, Text)),
                ("description", new(3, Text)),
                ("name", new(4, Text)),
                .. maybeEmpty ? [("allowEmptyValue", new GnosticField(5, Flag))] : Array.Empty<(string, GnosticField)>(),
                ("type", new(5 + at, Text)),
                ("format", new(6 + at, Text)),
                ("items", new(7 + at, Message, Items)),
                ("collectionFormat", new(8 + at, Text)),
                ("default", new(9 + at, Any)),
                .. Limits(multipleOf: 21 + at, first: 10 + at),
                ("enum", new(20 + at, Anys)),
            ]);
    }

    /// <summary>What every message with limits has in one order.</summary>
    private static (string, GnosticField)[] Limits(int multipleOf, int first) =>
    [
        ("multipleOf", new(multipleOf, Number)),
        ("maximum", new(first, Number)),
        ("exclusiveMaximum", new(first + 1, Flag)),
        ("minimum", new(first + 2, Number)),
        ("exclusiveMinimum", new(first + 3, Flag)),
        ("maxLength", new(first + 4, Integer)),
        ("minLength", new(first + 5, Integer)),
        ("pattern", new(first + 6, Text)),
        ("maxItems", new(first + 7, Integer)),
        ("minItems", new(first + 8, Integer)),
        ("uniqueItems", new(first + 9, Flag)),
    ];
}
