using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Security;
using LiteKube.Testing.Objects;

namespace LiteKube.Admission.Tests.Matching;

public sealed class ResourceMatcherTests
{
    private static readonly ResourceType s_old = new("extensions", "v1beta1", "deployments", "Deployment", true);

    private readonly FakeObjects _objects = new();

    [Theory]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}""", "", true)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}""", "", true)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}""", "status", false)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/*"]}""", "status", true)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/*"]}""", "", true)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["pods/*"]}""", "exec", true)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/status"]}""", "status", true)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/status"]}""", "", false)]
    [InlineData("""{"operations":["UPDATE","DELETE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}""", "", false)]
    [InlineData("""{"operations":["CREATE"],"apiGroups":["apps"],"apiVersions":["v1"],"resources":["pods"]}""", "", false)]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v2"],"resources":["pods"]}""", "", false)]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"scope":"Cluster"}""", "", false)]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"scope":"Namespaced"}""", "", true)]
    public async Task A_rule_names_operations_groups_versions_resources_and_scope(string rule, string subresource, bool matches)
    {
        var match = await MatchAsync(Create(Pod.Resource, subresource: subresource), Webhook(rule));

        Assert.Equal(matches, match is not null);
    }

    [Theory]
    [InlineData("Equivalent", true)]
    [InlineData("Exact", false)]
    public async Task A_rule_for_another_version_of_the_same_objects_counts_unless_the_policy_is_Exact(string policy, bool matches)
    {
        var rule = """{"operations":["*"],"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments"]}""";
        var match = await MatchAsync(Create(s_old), Webhook(rule) with { MatchPolicy = policy });

        Assert.Equal(matches ? Deployment.Resource : null, match?.Resource);
    }

    [Fact]
    public async Task The_labels_of_the_namespace_select()
    {
        _objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "ns", Labels = new Dictionary<string, string> { ["team"] = "a" } } });
        var webhook = Webhook(All) with { NamespaceSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["team"] = "a" } } };

        Assert.NotNull(await MatchAsync(Create(Pod.Resource), webhook));
        Assert.Null(await MatchAsync(Create(Pod.Resource), webhook with { NamespaceSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["team"] = "b" } } }));
        // What is in no namespace is exempt from none.
        Assert.NotNull(await MatchAsync(Create(Api.Core.V1.Node.Resource), webhook));
        await Assert.ThrowsAsync<ApiException>(() => MatchAsync(Create(Pod.Resource, ns: "gone"), webhook));
    }

    [Fact]
    public async Task A_namespace_that_is_being_made_is_selected_by_its_own_labels()
    {
        var webhook = Webhook(All) with { NamespaceSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["team"] = "a" } } };
        var request = Create(Namespace.Resource, """{"metadata":{"name":"new","labels":{"team":"a"}}}""", ns: "new");

        Assert.NotNull(await MatchAsync(request, webhook));
    }

    [Fact]
    public async Task The_labels_of_the_new_or_the_old_object_select()
    {
        var webhook = Webhook(All) with { ObjectSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "a" } } };
        var labelled = """{"metadata":{"name":"p","labels":{"app":"a"}}}""";
        var bare = """{"metadata":{"name":"p"}}""";

        Assert.NotNull(await MatchAsync(Create(Pod.Resource, labelled), webhook));
        Assert.Null(await MatchAsync(Create(Pod.Resource, bare), webhook));
        Assert.NotNull(await MatchAsync(Request(AdmissionOperation.Update, Pod.Resource, bare, labelled), webhook));
        Assert.NotNull(await MatchAsync(Request(AdmissionOperation.Delete, Pod.Resource, null, labelled), webhook));
    }

    [Fact]
    public async Task Constraints_of_a_policy_match_all_where_they_name_nothing_and_leave_out_what_they_exclude()
    {
        var request = Create(Pod.Resource, """{"metadata":{"name":"p"}}""");
        var matcher = new ResourceMatcher(_objects, new Forms());
        async Task<bool> Matches(string? json) =>
            await matcher.MatchAsync(request, MatchCriteria.Of(json is null ? null : JsonText.Parse<MatchResources>(json)), CancellationToken.None) is not null;
        const string pods = "\"operations\":[\"*\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"*\"],\"resources\":[\"pods\"]";

        Assert.True(await Matches(null));
        Assert.True(await Matches("{}"));
        Assert.True(await Matches($$"""{"resourceRules":[{{{pods}}}]}"""));
        Assert.True(await Matches($$"""{"resourceRules":[{{{pods}},"resourceNames":["p"]}]}"""));
        Assert.False(await Matches($$"""{"resourceRules":[{{{pods}},"resourceNames":["q"]}]}"""));
        Assert.False(await Matches($$"""{"excludeResourceRules":[{{{pods}}}]}"""));
    }

    private const string All = """{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}""";

    private static ValidatingWebhook Webhook(string rule) => JsonText.Parse<ValidatingWebhook>($$"""{"name":"w","rules":[{{rule}}]}""");

    private static AdmissionRequest Create(ResourceType resource, string json = """{"metadata":{"name":"p"}}""", string subresource = "", string ns = "ns") =>
        Request(AdmissionOperation.Create, resource, json, null, subresource, ns);

    private static AdmissionRequest Request(AdmissionOperation operation, ResourceType resource, string? json, string? old, string subresource = "", string ns = "ns") => new()
    {
        Operation = operation,
        Resource = resource.Group == "extensions" ? Deployment.Resource : resource,
        RequestResource = resource,
        Subresource = subresource,
        Namespace = resource.Namespaced || resource == Namespace.Resource ? ns : "",
        Name = "p",
        Object = json is null ? null : (JsonObject)JsonNode.Parse(json)!,
        OldObject = old is null ? null : (JsonObject)JsonNode.Parse(old)!,
        User = UserInfo.Of("alice"),
    };

    private async Task<ResourceMatch?> MatchAsync(AdmissionRequest request, ValidatingWebhook webhook) =>
        await new ResourceMatcher(_objects, new Forms()).MatchAsync(request, MatchCriteria.Of(webhook), CancellationToken.None);

    /// <summary>Deployments are served under a second group.</summary>
    private sealed class Forms : IResourceForms
    {
        public IReadOnlyList<ResourceType> EquivalentsOf(ResourceType resource) => resource.Plural == "deployments" ? [s_old, Deployment.Resource] : [resource];

        public GroupVersionKind KindOf(ResourceType resource, string subresource) => new(resource.Group, resource.Version, resource.Kind);

        public ValueTask<JsonObject> ShowAsync(AdmissionRequest request, JsonObject stored, ResourceType shownAs, CancellationToken cancellationToken) => new((JsonObject)stored.DeepClone());

        public ValueTask<JsonObject> StoreAsync(AdmissionRequest request, JsonObject shown, ResourceType shownAs, CancellationToken cancellationToken) => new(shown);
    }
}
