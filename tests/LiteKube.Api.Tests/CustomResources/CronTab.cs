using System.Text.Json.Nodes;
using LiteKube.Api.CustomResources;

namespace LiteKube.Api.Tests.CustomResources;

/// <summary>A definition of CronTabs with whatever schema a test needs.</summary>
internal static class CronTab
{
    public static CustomKind Kind(string specSchema, string more = "") => CustomKind.Of(Definition(specSchema, more))[0];

    public static JsonObject Definition(string specSchema, string more = "") => JsonNode.Parse($$$"""
        {
          "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "crontabs.stable.example.com"},
          "spec": {
            "group": "stable.example.com", "scope": "Namespaced",
            "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab", "listKind": "CronTabList", "shortNames": ["ct"]},
            "versions": [{"name": "v1", "served": true, "storage": true, {{{more}}}
              "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {{{specSchema}}} } } } }]
          }
        }
        """)!.AsObject();

    public static JsonObject Object(string spec) => JsonNode.Parse($$"""
        {"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": "one", "namespace": "default"}, "spec": {{spec}}}
        """)!.AsObject();
}
