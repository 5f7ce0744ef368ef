using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Tests;

public sealed class ResourceQuotaTests
{
    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task What_goes_beyond_the_quota_is_refused_with_the_numbers()
    {
        Put("x", """{"pods":"2"}""", """{"pods":"2"}""");

        Assert.Equal("pods \"p\" is forbidden: exceeded quota: x, requested: pods=1, used: pods=2, limited: pods=2", await PluginFixture.DeniedAsync(() => CreatePodAsync()));
    }

    [Fact]
    public async Task Everything_exceeded_is_named_in_order()
    {
        Put("x", """{"requests.memory":"1Gi","limits.cpu":"2","pods":"10"}""", """{"requests.memory":"900Mi","limits.cpu":"1500m","pods":"3"}""");

        var message = await PluginFixture.DeniedAsync(() => CreatePodAsync("""{"requests":{"memory":"200Mi","cpu":"1"},"limits":{"cpu":"1"}}"""));

        Assert.Equal(
            "pods \"p\" is forbidden: exceeded quota: x, requested: limits.cpu=1,requests.memory=200Mi, used: limits.cpu=1500m,requests.memory=900Mi, limited: limits.cpu=2,requests.memory=1Gi",
            message);
    }

    [Fact]
    public async Task What_is_granted_is_counted_in_canonical_form()
    {
        Put("x", """{"pods":"5","requests.cpu":"1","memory":"1Gi","requests.example.com/gpu":"3","count/pods":"9"}""", """{"pods":"0","requests.cpu":"0","memory":"250Mi","requests.example.com/gpu":"0","count/pods":"0"}""");

        await CreatePodAsync("""{"requests":{"memory":"500Mi","cpu":"500m","example.com/gpu":"2"},"limits":{"example.com/gpu":"2"}}""");

        Assert.Equal("count/pods=1 memory=750Mi pods=1 requests.cpu=500m requests.example.com/gpu=2", Used("x"));
    }

    [Fact]
    public async Task Who_sets_no_request_that_is_limited_is_told_which()
    {
        Put("x", """{"requests.cpu":"1","limits.memory":"1Gi"}""", """{"requests.cpu":"0","limits.memory":"0"}""");

        Assert.Equal("pods \"p\" is forbidden: failed quota: x: must specify limits.memory for: c; requests.cpu for: c", await PluginFixture.DeniedAsync(() => CreatePodAsync()));
    }

    [Fact]
    public async Task A_quota_whose_use_is_not_known_yet_grants_nothing()
    {
        Put("x", """{"pods":"5","services":"1"}""", """{"services":"0"}""");

        Assert.Equal("pods \"p\" is forbidden: status unknown for quota: x, resources: pods", await PluginFixture.DeniedAsync(() => CreatePodAsync()));
    }

    [Fact]
    public async Task A_hundred_at_once_get_as_many_as_there_are_and_cost_few_writes()
    {
        Put("x", """{"configmaps":"30"}""", """{"configmaps":"0"}""");
        // Another server, or the controller, writes in between now and then.
        var disturbances = 0;
        _fixture.Quotas.Before = () =>
        {
            if (Interlocked.Increment(ref disturbances) is 1 or 3)
                _fixture.Objects.Put(ResourceQuota.Resource, new KubeObject(_fixture.Objects.Find(ResourceQuota.Resource, "ns", "x")!.Json));
        };

        var attempts = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            try
            {
                var request = _fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, System.Text.Json.Nodes.JsonNode.Parse($$$$"""{"metadata":{"name":"m{{{{i}}}}"}}""")!.AsObject());
                await Task.Run(async () => await _fixture.Chain.ValidateAsync(request, CancellationToken.None));
                return true;
            }
            catch (ApiException e) when (e.Reason == StatusReason.Forbidden)
            {
                return false;
            }
        }));

        Assert.Equal(30, attempts.Count(granted => granted));
        Assert.Equal("configmaps=30", Used("x"));
        Assert.InRange(_fixture.Quotas.Writes, 1, 30);
    }

    [Theory]
    [InlineData("""["Terminating"]""", """{"activeDeadlineSeconds":30}""", true)]
    [InlineData("""["Terminating"]""", "{}", false)]
    [InlineData("""["NotTerminating"]""", "{}", true)]
    [InlineData("""["BestEffort"]""", "{}", true)]
    [InlineData("""["NotBestEffort"]""", "{}", false)]
    [InlineData("""["PriorityClass"]""", """{"priorityClassName":"system-node-critical"}""", true)]
    [InlineData("""["CrossNamespacePodAffinity"]""", """{"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"namespaces":["a"],"topologyKey":"k"}]}}}""", true)]
    [InlineData("""["CrossNamespacePodAffinity"]""", "{}", false)]
    public async Task Scopes_say_which_pods_count(string scopes, string spec, bool counts)
    {
        Put("x", """{"pods":"5"}""", """{"pods":"0"}""", $"\"scopes\":{scopes}");

        await _fixture.CreateAsync(Pod.Resource, $$$$"""{"metadata":{"name":"p"},"spec":{{{{With(spec)}}}} }""");

        Assert.Equal(counts ? "pods=1" : "pods=0", Used("x"));
    }

    [Theory]
    [InlineData("In", """["system-node-critical"]""", true)]
    [InlineData("In", """["other"]""", false)]
    [InlineData("NotIn", """["other"]""", true)]
    [InlineData("DoesNotExist", "[]", false)]
    public async Task A_scope_selector_chooses_by_priority_class(string @operator, string values, bool counts)
    {
        Put("x", """{"pods":"5"}""", """{"pods":"0"}""", $$$"""
            "scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"{{{@operator}}}","values":{{{values}}}}]}
            """);

        await _fixture.CreateAsync(Pod.Resource, $$$$"""{"metadata":{"name":"p"},"spec":{{{{With("""{"priorityClassName":"system-node-critical"}""")}}}} }""");

        Assert.Equal(counts ? "pods=1" : "pods=0", Used("x"));
    }

    [Fact]
    public async Task Services_are_counted_by_type_and_charged_for_what_they_become()
    {
        Put("x", """{"services":"5","services.nodeports":"1","services.loadbalancers":"1"}""", """{"services":"1","services.nodeports":"0","services.loadbalancers":"0"}""");
        const string Plain = """{"metadata":{"name":"s"},"spec":{"type":"ClusterIP","ports":[{"port":80},{"port":81}]}}""";

        var message = await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(Service.Resource, Plain, Plain.Replace("ClusterIP", "LoadBalancer", StringComparison.Ordinal)));
        Assert.Equal("services \"s\" is forbidden: exceeded quota: x, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1", message);

        await _fixture.UpdateAsync(Service.Resource, Plain, """{"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80},{"port":81}]}}""");
        Assert.Equal("services=1 services.loadbalancers=1 services.nodeports=0", Used("x"));
    }

    [Fact]
    public async Task Claims_count_by_storage_class_too()
    {
        Put("x", """{"requests.storage":"10Gi","fast.storageclass.storage.k8s.io/requests.storage":"5Gi"}""", """{"requests.storage":"0","fast.storageclass.storage.k8s.io/requests.storage":"0"}""");

        await _fixture.CreateAsync(PersistentVolumeClaim.Resource, Claim("slow", "6Gi"));
        Assert.Equal("fast.storageclass.storage.k8s.io/requests.storage=0 requests.storage=6Gi", Used("x"));
        Assert.Contains("requested: requests.storage=5Gi, used: requests.storage=6Gi, limited: requests.storage=10Gi", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(PersistentVolumeClaim.Resource, Claim("fast", "5Gi"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anything_can_be_counted_by_its_resource()
    {
        Put("x", """{"count/deployments.apps":"1","count/widgets.example.com":"1"}""", """{"count/deployments.apps":"1","count/widgets.example.com":"0"}""");
        var widgets = new ResourceType("example.com", "v1", "widgets", "Widget", true);

        Assert.StartsWith("deployments.apps \"d\" is forbidden: exceeded quota: x, requested: count/deployments.apps=1", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Deployment.Resource, """{"metadata":{"name":"d"}}""")), StringComparison.Ordinal);
        await _fixture.CreateAsync(widgets, """{"metadata":{"name":"w"}}""");
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(widgets, """{"metadata":{"name":"w2"}}"""));
    }

    [Fact]
    public async Task A_dry_run_is_checked_and_not_counted()
    {
        Put("x", """{"configmaps":"1"}""", """{"configmaps":"0"}""");
        var map = System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"name":"m"}}""")!.AsObject();

        await _fixture.Chain.ValidateAsync(_fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, map, dryRun: true), CancellationToken.None);

        Assert.Equal("configmaps=0", Used("x"));
    }

    [Fact]
    public async Task One_refusal_of_several_quotas_leaves_the_others_uncharged()
    {
        Put("a", """{"pods":"5"}""", """{"pods":"0"}""");
        Put("b", """{"pods":"0"}""", """{"pods":"0"}""");

        await PluginFixture.DeniedAsync(() => CreatePodAsync());

        Assert.Equal("pods=0", Used("a"));
    }

    private static string Claim(string storageClass, string size) =>
        $$$$"""{"metadata":{"name":"c"},"spec":{"storageClassName":"{{{{storageClass}}}}","resources":{"requests":{"storage":"{{{{size}}}}"} } } }""";

    private static string With(string spec)
    {
        var tree = System.Text.Json.Nodes.JsonNode.Parse(spec)!.AsObject();
        tree["containers"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"name":"c"}]""");
        return tree.ToJsonString();
    }

    private Task<System.Text.Json.Nodes.JsonObject> CreatePodAsync(string resources = "{}") =>
        _fixture.CreateAsync(Pod.Resource, $$$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":{{{{resources}}}} }]}}""");

    private string Used(string name) => string.Join(' ', _fixture.Objects.Find(ResourceQuota.Resource, "ns", name)!.As<ResourceQuota>().Status.Used.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => $"{u.Key}={u.Value}"));

    private void Put(string name, string hard, string used, string? more = null) => _fixture.Objects.Put(JsonText.Parse<ResourceQuota>(
        $$$$"""{"metadata":{"namespace":"ns","name":"{{{{name}}}}"},"spec":{"hard":{{{{hard}}}}{{{{(more is null ? "" : "," + more)}}}} },"status":{"hard":{{{{hard}}}},"used":{{{{used}}}} } }"""));
}
