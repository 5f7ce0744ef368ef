using System.Text.Json.Nodes;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Tests.Verbs;

namespace LiteKube.Robustness.Tests.Fuzz;

/// <summary>A collection to send requests to, and an object that it takes.</summary>
/// <param name="ApiVersion">Null where there is no protobuf of it.</param>
internal sealed record FuzzTarget(string Collection, string? Name, string? ApiVersion, string Kind, Func<string, JsonObject> Document)
{
    private const string Definition = """
        {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},
        "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}},
        "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"}],"selectableFields":[{"jsonPath":".spec.color"}],
        "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["size"],"x-kubernetes-validations":[{"rule":"self.size >= 0","message":"negative"}],
        "properties":{"size":{"type":"integer","minimum":0,"default":1},"color":{"type":"string","enum":["red","green"],"pattern":"^[a-z]+$"},"replicas":{"type":"integer"},
        "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"n":{"x-kubernetes-int-or-string":true}}}},
        "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"map":{"type":"object","additionalProperties":{"type":"string"}}}},"status":{"type":"object","properties":{"replicas":{"type":"integer"}}}}}}}]}}
        """;

    private const string Widget = """
        {"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"NAME"},"spec":{"size":3,"color":"red","replicas":2,"parts":[{"name":"a","n":1},{"name":"b","n":"50%"}],"free":{"x":[1,{"y":null}]},"map":{"a":"b"}},"status":{"replicas":1}}
        """;

    // What these hold decides over other requests: a hook that cannot be reached is an answer of 500 by the rules, and namespaces end with all in them.
    private static readonly string[] s_left = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations", "namespaces"];

    /// <summary>Every kind that can be created, and more often than each of them custom resources and their definition.</summary>
    public static FuzzTarget[] All { get; } =
    [
        .. ApiSchema.Current.Kinds.Where(k => k.Verbs.Contains("create") && !s_left.Contains(k.Resource.Plural)).Select(Of),
        .. Enumerable.Repeat(new FuzzTarget("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "widgets.example.com", "apiextensions.k8s.io/v1", "CustomResourceDefinition", _ => Parse(Definition)), 6),
        .. Enumerable.Repeat(new FuzzTarget($"/apis/example.com/v1/namespaces/{FuzzCase.Namespace}/widgets", null, null, "Widget", name => Parse(Widget.Replace("NAME", name, StringComparison.Ordinal))), 8),
    ];

    private static FuzzTarget Of(KindSchema kind)
    {
        var root = $"{(kind.Resource.Group.Length == 0 ? "/api/" : $"/apis/{kind.Resource.Group}/")}{kind.Resource.Version}";
        var named = MinimalObjects.NameOf(kind);
        var fixedName = named.StartsWith("every-kind", StringComparison.Ordinal) ? null : named;
        return new FuzzTarget(root + (kind.Resource.Namespaced ? $"/namespaces/{FuzzCase.Namespace}/" : "/") + kind.Resource.Plural, fixedName, kind.Resource.ApiVersion, kind.Resource.Kind, name =>
        {
            var document = MinimalObjects.Of(kind, name, FuzzCase.Namespace);
            // The sample's is made of a fresh key each time.
            if (kind.Resource.Plural == "certificatesigningrequests")
                document["spec"]!["request"] = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0=";
            return document;
        });
    }

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}
