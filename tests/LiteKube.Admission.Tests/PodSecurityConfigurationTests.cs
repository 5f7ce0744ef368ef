using System.Text;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission.Tests;

/// <summary>Defaults and exemptions from an AdmissionConfiguration.</summary>
public sealed class PodSecurityConfigurationTests
{
    private const string Privileged = """{"metadata":{"name":"p","namespace":"ns"},"spec":{"containers":[{"name":"x","securityContext":{"privileged":true}}]}}""";

    [Fact]
    public async Task Defaults_hold_where_a_namespace_says_nothing_and_labels_win()
    {
        var fixture = Fixture("defaults: {enforce: baseline, enforce-version: v1.30, warn: restricted}");

        var refused = await Assert.ThrowsAsync<ApiException>(() => fixture.CreateAsync(Pod.Resource, Privileged));
        Assert.Contains("violates PodSecurity \"baseline:v1.30\": privileged", refused.Message, StringComparison.Ordinal);

        fixture.Objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "ns", Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "privileged" } } });
        await fixture.CreateAsync(Pod.Resource, Privileged);
    }

    [Theory]
    [InlineData("namespaces: [ns]", true)]
    [InlineData("usernames: [alice]", true)]
    [InlineData("runtimeClasses: [sandboxed]", true)]
    [InlineData("namespaces: [other], usernames: [bob], runtimeClasses: [none]", false)]
    public async Task Who_is_exempt_is_left_alone(string exemptions, bool exempt)
    {
        var fixture = Fixture($"defaults: {{enforce: baseline}}\nexemptions: {{{exemptions}}}");
        fixture.Objects.Put(new Api.Node.V1.RuntimeClass { Metadata = new ObjectMeta { Name = "sandboxed" }, Handler = "h" });
        var create = () => fixture.CreateAsync(Pod.Resource, Privileged.Replace("\"spec\":{", "\"spec\":{\"runtimeClassName\":\"sandboxed\",", StringComparison.Ordinal));

        if (exempt)
            await create();
        else
            await Assert.ThrowsAsync<ApiException>(create);
    }

    [Theory]
    [InlineData("defaults: {enforce: strict}", "PodSecurity.defaults.enforce: Invalid value: \"strict\"")]
    [InlineData("exemptions: {users: [a]}", "PodSecurity.exemptions.users: unknown field")]
    public void A_word_that_is_not_known_is_an_error(string configuration, string error) =>
        Assert.Equal(error, Assert.Throws<FormatException>(() => Parse(configuration)).Message);

    private static PluginFixture Fixture(string configuration) => new(new AdmissionOptions { PodSecurity = Parse(configuration) });

    private static PodSecurityConfiguration Parse(string configuration) => AdmissionConfigurationFile.Parse(Yaml.ToTree(Encoding.UTF8.GetBytes($"""
        apiVersion: apiserver.config.k8s.io/v1
        kind: AdmissionConfiguration
        plugins:
        - name: PodSecurity
          configuration:
            apiVersion: pod-security.admission.config.k8s.io/v1
            kind: PodSecurityConfiguration
            {configuration.Replace("\n", "\n    ", StringComparison.Ordinal)}
        """)), "/");
}
