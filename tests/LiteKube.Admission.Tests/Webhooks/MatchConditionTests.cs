using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Testing.Webhooks;

namespace LiteKube.Admission.Tests.Webhooks;

public sealed class MatchConditionTests
{
    private readonly PluginFixture _fixture = new();

    [Theory]
    [InlineData("object.metadata.name != 'skip-me'", "m", true)]
    [InlineData("object.metadata.name != 'skip-me'", "skip-me", false)]
    [InlineData("request.operation == 'DELETE'", "m", false)]
    [InlineData("request.userInfo.username == 'alice' && oldObject == null", "m", true)]
    public async Task A_webhook_is_asked_only_where_its_conditions_hold(string expression, string name, bool asked)
    {
        await using var server = await WebhookServer.StartAsync();
        _fixture.Dialer.Map("ns", "hook", 443, server.Port);
        Configure(server, expression);

        await _fixture.Chain.ValidateAsync(Create(name), CancellationToken.None);

        Assert.Equal(asked ? 1 : 0, server.Asked.Count);
    }

    [Theory]
    [InlineData("Fail", true)]
    [InlineData("Ignore", false)]
    public async Task A_condition_that_fails_follows_the_failure_policy(string policy, bool refused)
    {
        await using var server = await WebhookServer.StartAsync();
        _fixture.Dialer.Map("ns", "hook", 443, server.Port);
        Configure(server, "object.nothing == 'x'", policy);

        if (refused)
            Assert.Contains("expression 'object.nothing == 'x'' resulted in error", (await Assert.ThrowsAsync<ApiException>(async () => await _fixture.Chain.ValidateAsync(Create("m"), CancellationToken.None))).Message, StringComparison.Ordinal);
        else
            await _fixture.Chain.ValidateAsync(Create("m"), CancellationToken.None);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task A_condition_that_does_not_compile_is_refused_with_its_configuration()
    {
        var request = _fixture.Request(AdmissionOperation.Create, ValidatingWebhookConfiguration.Resource, (JsonObject)JsonNode.Parse(
            """{"metadata":{"name":"v"},"webhooks":[{"name":"a.b.c","matchConditions":[{"name":"ok","expression":"true"},{"name":"bad","expression":"... [}"}]}]}""")!);

        var error = await Assert.ThrowsAsync<ApiException>(async () => await _fixture.Chain.ValidateAsync(request, CancellationToken.None));

        Assert.Equal(StatusReason.Invalid, error.Reason);
        Assert.StartsWith("ValidatingWebhookConfiguration.admissionregistration.k8s.io \"v\" is invalid: webhooks[0].matchConditions[1].expression: Invalid value: \"... [}\": compilation failed: ", error.Message, StringComparison.Ordinal);
    }

    private AdmissionRequest Create(string name) => _fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, (JsonObject)JsonNode.Parse("{\"metadata\":{\"name\":\"" + name + "\"}}")!);

    private void Configure(WebhookServer server, string expression, string policy = "Fail") => _fixture.Objects.Put(JsonText.Parse<ValidatingWebhookConfiguration>($$$$"""
        {"metadata":{"name":"a"},"webhooks":[{"name":"a.b.c","clientConfig":{"service":{"namespace":"ns","name":"hook"},"caBundle":"{{{{server.CaBundle}}}}"},
         "rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["*"]}],"sideEffects":"None","admissionReviewVersions":["v1"],"failurePolicy":"{{{{policy}}}}",
         "matchConditions":[{"name":"c","expression":"{{{{expression}}}}"}]}]}
        """));
}
