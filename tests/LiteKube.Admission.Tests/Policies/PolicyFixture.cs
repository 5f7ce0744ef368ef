using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Admission.Tests.Policies;

/// <summary>Policies and bindings put into the cluster's objects, with their defaults.</summary>
internal sealed class PolicyFixture
{
    public const string AllMaps = """{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["configmaps"]}]}""";

    public PluginFixture Plugins { get; } = new();

    public void Validating(string spec, string name = "policy", string match = AllMaps) =>
        Put<ValidatingAdmissionPolicy>("ValidatingAdmissionPolicy", name, $$"""{"failurePolicy":"Fail","matchConstraints":{{match}},{{spec}}}""");

    public void Mutating(string spec, string name = "policy", string match = AllMaps) =>
        Put<MutatingAdmissionPolicy>("MutatingAdmissionPolicy", name, $$"""{"failurePolicy":"Fail","reinvocationPolicy":"Never","matchConstraints":{{match}},{{spec}}}""");

    public void Bind(string spec = "\"validationActions\":[\"Deny\"]", string name = "binding", string policy = "policy") =>
        Put<ValidatingAdmissionPolicyBinding>("ValidatingAdmissionPolicyBinding", name, $$"""{"policyName":"{{policy}}",{{spec}}}""");

    public void BindMutating(string spec = "", string name = "binding", string policy = "policy") =>
        Put<MutatingAdmissionPolicyBinding>("MutatingAdmissionPolicyBinding", name, $$"""{"policyName":"{{policy}}"{{(spec.Length > 0 ? "," + spec : "")}}}""");

    public async Task<AdmissionRequest> ValidateAsync(AdmissionRequest request)
    {
        await Plugins.Chain.ValidateAsync(request, CancellationToken.None);
        return request;
    }

    public async Task<ApiException> DeniedAsync(AdmissionRequest request) =>
        await Assert.ThrowsAsync<ApiException>(() => Plugins.Chain.ValidateAsync(request, CancellationToken.None).AsTask());

    public async Task<JsonObject> MutateAsync(AdmissionRequest request)
    {
        await Plugins.Chain.MutateAsync(request, CancellationToken.None);
        return request.Object!;
    }

    public AdmissionRequest Map(string data = """{"a":"1"}""", string labels = "{}", AdmissionOperation operation = AdmissionOperation.Create) =>
        Plugins.Request(operation, Api.Core.V1.ConfigMap.Resource, Parse($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"ns","labels":{{{labels}}}},"data":{{{data}}}}"""));

    public static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private void Put<T>(string kind, string name, string spec) where T : class, IKubeObject<T> =>
        Plugins.Objects.Put(JsonText.Parse<T>($$$"""{"apiVersion":"admissionregistration.k8s.io/v1","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}"""));
}
