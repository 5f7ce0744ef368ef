using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Policies;

[Collection(ApiHostCollection.Name)]
public sealed class AdmissionMetricsTests(ApiHost host)
{
    private const string Registration = "/apis/admissionregistration.k8s.io/v1";

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Each_half_of_the_chain_and_each_plugin_is_timed()
    {
        var ns = await host.NamespaceAsync();
        (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"timed"}}""")).Expect(201);
        (await Api.PostAsync("/api/v1/namespaces/not-there/configmaps", """{"metadata":{"name":"timed"}}""")).Expect(404);
        var page = (string)(await Api.GetAsync("/metrics")).Body["text"]!;
        Assert.Contains("# TYPE apiserver_admission_step_admission_duration_seconds histogram\n", page, StringComparison.Ordinal);
        Assert.Contains("apiserver_admission_step_admission_duration_seconds_bucket{type=\"admit\",operation=\"CREATE\",rejected=\"false\",le=\"0.005\"}", page, StringComparison.Ordinal);
        Assert.Contains("apiserver_admission_step_admission_duration_seconds_count{type=\"validate\",operation=\"CREATE\",rejected=\"false\"}", page, StringComparison.Ordinal);
        Assert.Contains("apiserver_admission_controller_admission_duration_seconds_sum{name=\"NamespaceLifecycle\",type=\"admit\",operation=\"CREATE\",rejected=\"false\"}", page, StringComparison.Ordinal);
        Assert.Contains("apiserver_admission_controller_admission_duration_seconds_count{name=\"NamespaceLifecycle\",type=\"admit\",operation=\"CREATE\",rejected=\"true\"}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_policy_denied_and_a_webhook_that_failed_are_counted()
    {
        var ns = await host.NamespaceAsync();
        var name = "m-" + ns;
        var selected = "\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"" + ns + "\"}}";
        var rules = """[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}]""";
        await Api.CreateAsync($"{Registration}/validatingadmissionpolicies", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"matchConstraints":{{{{selected}}},"resourceRules":{{{rules}}}},"validations":[{"expression":"object.metadata.name != 'no'"}]}}""");
        await Api.CreateAsync($"{Registration}/validatingadmissionpolicybindings", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"policyName":"{{{name}}}","validationActions":["Deny"]} }""");
        await Api.CreateAsync($"{Registration}/validatingwebhookconfigurations", $$$"""
            {"metadata":{"name":"{{{name}}}"},"webhooks":[{"name":"{{{name}}}.example.com","clientConfig":{"url":"https://127.0.0.1:1/"},"failurePolicy":"Ignore","sideEffects":"None","admissionReviewVersions":["v1"],{{{selected}}},"rules":{{{rules}}} }]}
            """);
        try
        {
            (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"no"}}""")).Expect(422);
            (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"yes"}}""")).Expect(201);

            var page = (string)(await Api.GetAsync("/metrics")).Body["text"]!;
            Assert.Contains($"apiserver_validating_admission_policy_check_total{{policy=\"{name}\",policy_binding=\"{name}\",error_type=\"no_error\",enforcement_action=\"deny\"}} 1\n", page, StringComparison.Ordinal);
            Assert.Contains($"apiserver_validating_admission_policy_check_duration_seconds_bucket{{policy=\"{name}\",policy_binding=\"{name}\",error_type=\"no_error\",enforcement_action=\"deny\",le=\"+Inf\"}} 1\n", page, StringComparison.Ordinal);
            Assert.Contains("le=\"5e-07\"", page, StringComparison.Ordinal);
            Assert.Contains($"apiserver_admission_webhook_fail_open_count{{name=\"{name}.example.com\",type=\"validating\"}} 1\n", page, StringComparison.Ordinal);
            Assert.Contains($"apiserver_admission_webhook_admission_duration_seconds_count{{name=\"{name}.example.com\",type=\"validating\",operation=\"CREATE\",rejected=\"false\"}} 1\n", page, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var kind in new[] { "validatingadmissionpolicybindings", "validatingadmissionpolicies", "validatingwebhookconfigurations" })
                await Api.DeleteAsync($"{Registration}/{kind}/{name}");
        }
    }
}
