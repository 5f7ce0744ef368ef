using System.Text;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Audit;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Tests.Audit;

public sealed class AuditPolicyTests
{
    private const string Head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

    [Theory]
    [InlineData("alice", "get", "pods", "", "ns", "a", "Metadata")]
    [InlineData("alice", "get", "pods", "log", "ns", "a", "Request")]
    [InlineData("alice", "get", "pods", "exec", "ns", "a", "None")]
    [InlineData("alice", "get", "configmaps", "", "ns", "leader", "None")]
    [InlineData("alice", "get", "configmaps", "", "ns", "other", "RequestResponse")]
    [InlineData("alice", "get", "configmaps", "", "elsewhere", "other", "Metadata")]
    [InlineData("system:kube-proxy", "watch", "pods", "", "", "", "None")]
    [InlineData("system:kube-proxy", "list", "pods", "", "", "", "Metadata")]
    public void The_first_rule_that_is_for_a_request_decides(string user, string verb, string resource, string subresource, string ns, string name, string level)
    {
        var policy = Parse("""
            rules:
            - {level: None, users: ["system:kube-proxy"], verbs: [watch], resources: [{group: "", resources: [pods]}]}
            - {level: None, resources: [{group: "", resources: [configmaps], resourceNames: [leader]}]}
            - {level: Request, resources: [{group: "", resources: ["pods/log"]}]}
            - {level: Metadata, resources: [{group: "", resources: [pods]}]}
            - {level: RequestResponse, namespaces: [ns], resources: [{group: "", resources: [configmaps]}]}
            - {level: Metadata, resources: [{group: "", resources: [configmaps]}]}
            """);

        Assert.Equal(level, policy.For(new UserInfo(user), verb, Request(resource, subresource, ns, name, verb), "/").Level.ToString());
    }

    [Theory]
    [InlineData("/healthz", "system:unauthenticated", "None")]
    [InlineData("/healthz/etcd", "system:unauthenticated", "None")]
    [InlineData("/version", "system:unauthenticated", "Metadata")]
    [InlineData("/version", "system:authenticated", "None")]
    public void Paths_are_matched_by_their_beginning(string path, string group, string level)
    {
        var policy = Parse("""
            rules:
            - {level: None, nonResourceURLs: ["/healthz*"]}
            - {level: Metadata, userGroups: ["system:unauthenticated"]}
            """);

        Assert.Equal(level, policy.For(new UserInfo("x") { Groups = [group] }, "get", null, path).Level.ToString());
    }

    [Fact]
    public void Stages_left_out_by_the_policy_and_by_a_rule_are_left_out()
    {
        var policy = Parse("omitStages: [RequestReceived]\nomitManagedFields: true\nrules:\n- {level: Metadata, omitStages: [ResponseStarted]}\n");

        Assert.Equal(AuditStages.RequestReceived | AuditStages.ResponseStarted, policy.Rules[0].Omitted);
        Assert.True(policy.Rules[0].OmitManagedFields);
    }

    [Theory]
    [InlineData("rules: []", "rules: Required value")]
    [InlineData("rules: [{level: Everything}]", "rules[0].level: Unsupported value: \"Everything\"")]
    [InlineData("rules: [{level: Metadata, user: [a]}]", "rules[0].user: there is no such field")]
    [InlineData("rules: [{level: Metadata, users: a}]", "rules[0].users: must be a list of strings")]
    [InlineData("rules: [{level: Metadata, omitStages: [Later]}]", "omitStages: Unsupported value: \"Later\"")]
    [InlineData("rules: [{level: Metadata, namespaces: [a], nonResourceURLs: [/a]}]", "rules cannot apply to both")]
    [InlineData("rules: [{level: Metadata, resources: [{group: '', resourceNames: [a]}]}]", "using resourceNames requires at least one resource")]
    public void What_is_wrong_is_said(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Parse(text)).Message, StringComparison.Ordinal);

    private static AuditPolicy Parse(string text) => AuditPolicyFile.Parse(Yaml.ToTree(Encoding.UTF8.GetBytes(Head + text)));

    private static ApiRequest Request(string resource, string subresource, string ns, string name, string verb)
    {
        var type = resource == "pods" ? Pod.Resource : ConfigMap.Resource;
        var kind = ApiSchema.Current.Kinds.Single(k => k.Resource == type);
        return new ApiRequest { User = new UserInfo("x"), Verb = verb, Resource = new ServedResource(kind, new ObjectStrategy()), Namespace = ns, Name = name, Subresource = subresource };
    }
}
