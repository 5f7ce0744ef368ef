using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.CustomResources;

/// <summary>Definitions of a group of the test's own, so that tests do not meet.</summary>
internal sealed class Definitions
{
    public const string Path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly ApiClient _api;

    public Definitions(ApiClient api)
    {
        _api = api;
        Group = $"g{Guid.NewGuid():N}.example.com";
    }

    public string Group { get; }

    public string Name => $"widgets.{Group}";

    public string Definition => $"{Path}/{Name}";

    public string Objects(string ns, string version = "v1") => $"/apis/{Group}/{version}/namespaces/{ns}/widgets";

    public static string Version(string name, string specSchema, bool storage = true, bool served = true, string more = "") =>
        $$$"""{"name":"{{{name}}}","served":{{{(served ? "true" : "false")}}},"storage":{{{(storage ? "true" : "false")}}},{{{more}}}"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{{{specSchema}}},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}} } } }""";

    public string Body(params string[] versions) => Body(versions, "");

    public string Body(string[] versions, string moreSpec, string scope = "Namespaced") =>
        $$$"""{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{Name}}}"},"spec":{"group":"{{{Group}}}","scope":"{{{scope}}}",{{{moreSpec}}}"names":{"plural":"widgets","singular":"widget","kind":"Widget","shortNames":["wd"],"categories":["all"]},"versions":[{{{string.Join(',', versions)}}}]} }""";

    public string Object(string name, string rest, string version = "v1") =>
        $$$"""{"apiVersion":"{{{Group}}}/{{{version}}}","kind":"Widget","metadata":{"name":"{{{name}}}"},{{{rest}}} }""";

    /// <summary>One version, v1, stored.</summary>
    public Task<ApiAnswer> CreateAsync(string specSchema, string more = "") => _api.CreateAsync(Path, Body(Version("v1", specSchema, more: more)));

    public async Task UpdateAsync(Action<JsonObject> change)
    {
        var definition = (await _api.GetAsync(Definition)).Expect(200).Body;
        change(definition);
        (await _api.PutAsync(Definition, definition.ToJsonString())).Expect(200);
    }

    public static JsonObject SpecSchema(JsonObject definition, int version = 0) =>
        definition["spec"]!["versions"]![version]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!.AsObject();
}
