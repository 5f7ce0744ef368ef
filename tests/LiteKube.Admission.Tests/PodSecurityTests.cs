using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Batch.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission.Tests;

public sealed class PodSecurityTests
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private const string Hardened = """{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}""";

    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Restricted_asks_for_hardening_in_these_words()
    {
        Label(("enforce", "restricted"));

        Assert.Equal(
            "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"x\" must set securityContext.allowPrivilegeEscalation=false), "
            + "unrestricted capabilities (container \"x\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"x\" must set securityContext.runAsNonRoot=true), "
            + "seccompProfile (pod or container \"x\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
            await DeniedAsync("""{"containers":[{"name":"x"}]}"""));
    }

    [Fact]
    public async Task A_hardened_pod_passes_restricted()
    {
        Label(("enforce", "restricted"));

        await CreateAsync($$$"""{"containers":[{"name":"x","securityContext":{{{Hardened}}}}],"volumes":[{"name":"v","emptyDir":{}}]}""");
    }

    [Theory]
    [InlineData("""{"hostNetwork":true,"hostPID":true,"containers":[{"name":"x"}]}""", "host namespaces (hostNetwork=true, hostPID=true)")]
    [InlineData("""{"containers":[{"name":"x","securityContext":{"privileged":true}},{"name":"y","securityContext":{"privileged":true}}]}""", "privileged (containers \"x\", \"y\" must not set securityContext.privileged=true)")]
    [InlineData("""{"containers":[{"name":"x","securityContext":{"capabilities":{"add":["NET_RAW","CHOWN","BPF"]}}}]}""", "non-default capabilities (container \"x\" must not include \"BPF\", \"NET_RAW\" in securityContext.capabilities.add)")]
    [InlineData("""{"containers":[{"name":"x"}],"volumes":[{"name":"a","hostPath":{"path":"/"}},{"name":"b","hostPath":{"path":"/"}}]}""", "hostPath volumes (volumes \"a\", \"b\")")]
    [InlineData("""{"containers":[{"name":"x","ports":[{"containerPort":1,"hostPort":8081},{"containerPort":2,"hostPort":8080}]}]}""", "hostPort (container \"x\" uses hostPorts 8080, 8081)")]
    [InlineData("""{"containers":[{"name":"x","livenessProbe":{"httpGet":{"port":80,"host":"10.0.0.1"}}}]}""", "probe or lifecycle host (container \"x\" uses probe or lifecycle host \"10.0.0.1\")")]
    [InlineData("""{"containers":[{"name":"x","securityContext":{"procMount":"Unmasked"}}]}""", "procMount (container \"x\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("""{"securityContext":{"seLinuxOptions":{"type":"spc_t","user":"u"}},"containers":[{"name":"x"}]}""", "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set)")]
    [InlineData("""{"securityContext":{"seccompProfile":{"type":"Unconfined"}},"containers":[{"name":"x","securityContext":{"seccompProfile":{"type":"Unconfined"}}}]}""", "seccompProfile (pod and container \"x\" must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"},{"name":"net.ipv4.tcp_syncookies","value":"1"}]},"containers":[{"name":"x"}]}""", "forbidden sysctls (kernel.msgmax)")]
    [InlineData("""{"securityContext":{"appArmorProfile":{"type":"Unconfined"}},"containers":[{"name":"x"}]}""", "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("""{"securityContext":{"windowsOptions":{"hostProcess":true}},"containers":[{"name":"x"}]}""", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)")]
    public async Task Baseline_refuses_what_escalates(string spec, string why)
    {
        Label(("enforce", "baseline"));

        Assert.Equal($"pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": {why}", await DeniedAsync(spec));
    }

    [Theory]
    [InlineData("""{"securityContext":{"runAsUser":0,"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"x","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}""", "runAsUser=0 (pod must not set runAsUser=0)")]
    [InlineData("""{"securityContext":{"runAsNonRoot":false,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"x","securityContext":{"allowPrivilegeEscalation":false,"runAsNonRoot":true,"capabilities":{"drop":["ALL"],"add":["CHOWN"]}}}]}""", "unrestricted capabilities (container \"x\" must not include \"CHOWN\" in securityContext.capabilities.add), runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)")]
    [InlineData("""{"containers":[{"name":"x","securityContext":HARD}],"volumes":[{"name":"a","nfs":{}},{"name":"b","hostPath":{}}]}""", "restricted volume types (volumes \"a\", \"b\" use restricted volume types \"hostPath\", \"nfs\")")]
    public async Task Restricted_asks_for_more(string spec, string why)
    {
        Label(("enforce", "restricted"));

        Assert.Equal($"pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": {why}", await DeniedAsync(spec.Replace("HARD", Hardened, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_version_judges_as_it_did_then()
    {
        Label(("enforce", "restricted"), ("enforce-version", "v1.18"));

        Assert.Equal(
            "pods \"p\" is forbidden: violates PodSecurity \"restricted:v1.18\": allowPrivilegeEscalation != false (container \"x\" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container \"x\" must set securityContext.runAsNonRoot=true)",
            await DeniedAsync("""{"containers":[{"name":"x"}]}"""));
    }

    [Fact]
    public async Task Workloads_are_warned_of_and_made_all_the_same()
    {
        Label(("enforce", "baseline"), ("audit", "baseline"), ("warn", "baseline"));
        var request = _fixture.Request(AdmissionOperation.Create, Deployment.Resource, Tree("""{"metadata":{"name":"d"},"spec":{"template":{"spec":{"hostIPC":true,"containers":[{"name":"x"}]}}}}"""));

        await _fixture.Chain.ValidateAsync(request, CancellationToken.None);

        Assert.Equal(["would violate PodSecurity \"baseline:latest\": host namespaces (hostIPC=true)"], request.Warnings);
        Assert.Equal("would violate PodSecurity \"baseline:latest\": host namespaces (hostIPC=true)", request.AuditAnnotations[Prefix + "audit-violations"]);
    }

    [Fact]
    public async Task Warnings_follow_enforcement_where_no_level_is_given_for_them()
    {
        Label(("enforce", "baseline"));
        var request = _fixture.Request(
            AdmissionOperation.Create, CronJob.Resource, Tree("""{"metadata":{"name":"c"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"hostIPC":true,"containers":[{"name":"x"}]}}}}}}"""));

        await _fixture.Chain.ValidateAsync(request, CancellationToken.None);

        Assert.Single(request.Warnings);
    }

    [Fact]
    public async Task A_stricter_level_warns_of_the_pods_that_are_there()
    {
        foreach (var (name, spec) in new[] { ("a", """{"hostPID":true,"containers":[{"name":"x"}]}"""), ("b", """{"hostIPC":true,"containers":[{"name":"x"}]}"""), ("c", """{"containers":[{"name":"x"}]}""") })
            _fixture.Objects.Put(JsonText.Parse<Pod>($$$"""{"metadata":{"namespace":"ns","name":"{{{name}}}"},"spec":{{{spec}}} }"""));
        var request = _fixture.Request(
            AdmissionOperation.Update, Namespace.Resource, Tree($$$"""{"metadata":{"name":"ns","labels":{"{{{Prefix}}}enforce":"baseline"} } }"""), Tree("""{"metadata":{"name":"ns"}}"""));

        await _fixture.Chain.ValidateAsync(request, CancellationToken.None);

        Assert.Equal(["existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"", "a (and 1 other pod): host namespaces"], request.Warnings);
    }

    [Theory]
    [InlineData("enforce", "strict", "must be one of privileged, baseline, restricted")]
    [InlineData("warn-version", "1.36", "must be \"latest\" or \"v1.x\"")]
    public async Task A_label_that_means_nothing_is_refused(string label, string value, string why)
    {
        var request = _fixture.Request(AdmissionOperation.Create, Namespace.Resource, Tree($$$"""{"metadata":{"name":"n","labels":{"{{{Prefix}}}{{{label}}}":"{{{value}}}"} } }"""));

        var error = await Assert.ThrowsAsync<ApiException>(async () => await _fixture.Chain.ValidateAsync(request, CancellationToken.None));

        Assert.Equal($"Namespace \"n\" is invalid: metadata.labels[{Prefix}{label}]: Invalid value: \"{value}\": {why}".Replace("\"n\" is", "\"n\" is", StringComparison.Ordinal), error.Message);
    }

    private static System.Text.Json.Nodes.JsonObject Tree(string json) => (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(json)!;

    private Task<string> DeniedAsync(string spec) => PluginFixture.DeniedAsync(() => CreateAsync(spec));

    private Task CreateAsync(string spec) => _fixture.CreateAsync(Pod.Resource, $$$"""{"metadata":{"name":"p"},"spec":{{{spec}}} }""");

    private void Label(params (string Key, string Value)[] labels) =>
        _fixture.Objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "ns", Labels = labels.ToDictionary(l => Prefix + l.Key, l => l.Value) } });
}
