using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class SubresourceTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_pod_is_bound_once()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        const string body = """{"metadata":{"name":"p","annotations":{"a":"b"}},"target":{"kind":"Node","name":"n1"}}""";
        (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods/p/binding", body)).Expect(201);
        var bound = await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p");
        Assert.Equal("n1", (string)bound.Body["spec"]!["nodeName"]!);
        Assert.Equal("b", (string)bound.Metadata["annotations"]!["a"]!);
        Assert.Contains(bound.Body["status"]!["conditions"]!.AsArray(), c => (string)c!["type"]! == "PodScheduled" && (string)c["status"]! == "True");
        Assert.Contains("is already assigned to node", (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods/p/binding", body)).Expect(409).Message);
    }

    [Fact]
    public async Task A_budget_refuses_an_eviction_it_cannot_afford()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", ",\"nodeName\":\"n\"", ",\"labels\":{\"app\":\"x\"}"));
        await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p/status", """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""");
        await Api.CreateAsync($"/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets", """{"metadata":{"name":"b"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"x"}}}}""");
        await SetAllowedAsync(0);
        var refused = (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods/p/eviction", """{"metadata":{"name":"p"}}""")).Expect(429);
        Assert.Contains("Cannot evict pod as it would violate the pod's disruption budget", refused.Message);
        await SetAllowedAsync(1);
        (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods/p/eviction", """{"metadata":{"name":"p"},"deleteOptions":{"gracePeriodSeconds":7}}""")).Expect(201);
        Assert.Equal(7, (long)(await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Metadata["deletionGracePeriodSeconds"]!);
        var budget = await Api.GetAsync($"/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/b");
        Assert.Equal(0, (int)budget.Body["status"]!["disruptionsAllowed"]!);
        Assert.NotNull(budget.Body["status"]!["disruptedPods"]!["p"]);

        Task SetAllowedAsync(int allowed) => Api.MergeAsync($"/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/b/status",
            $$$"""{"status":{"observedGeneration":1,"disruptionsAllowed":{{{allowed}}},"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}}""");
    }

    [Fact]
    public async Task Ephemeral_containers_come_only_through_their_own_path()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/pods/p";
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        var added = (await Api.StrategicAsync(path + "/ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox"}]}}""")).Expect(200);
        Assert.Equal("debug", (string)added.Body["spec"]!["ephemeralContainers"]![0]!["name"]!);
        Assert.Equal(2, (long)added.Metadata["generation"]!);
        Assert.Equal("debug", (string)(await Api.GetAsync(path)).Body["spec"]!["ephemeralContainers"]![0]!["name"]!);
    }

    [Fact]
    public async Task A_service_account_token_authenticates_and_is_reviewed()
    {
        var ns = await host.NamespaceAsync();
        var issued = (await Api.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default/token", "{}")).Expect(201);
        var token = (string)issued.Body["status"]!["token"]!;
        var review = (await Api.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}"}}""")).Expect(201);
        Assert.True((bool)review.Body["status"]!["authenticated"]!);
        Assert.Equal($"system:serviceaccount:{ns}:default", (string)review.Body["status"]!["user"]!["username"]!);
        using var own = host.Client(null, token);
        var self = (await own.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")).Expect(201);
        Assert.Contains("system:serviceaccounts", self.Body["status"]!["userInfo"]!["groups"]!.AsArray().Select(g => (string)g!));
        var refused = (await own.GetAsync($"/api/v1/namespaces/{ns}/pods")).Expect(403);
        Assert.Equal($"pods is forbidden: User \"system:serviceaccount:{ns}:default\" cannot list resource \"pods\" in API group \"\" in the namespace \"{ns}\"", refused.Message);
        using var broken = host.Client(null, token + "x");
        (await broken.GetAsync("/api/v1/pods")).Expect(401);
    }

    [Fact]
    public async Task Roles_take_effect_with_the_next_request()
    {
        var ns = await host.NamespaceAsync();
        var token = (string)(await Api.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default/token", "{}")).Body["status"]!["token"]!;
        using var own = host.Client(null, token);
        (await own.GetAsync($"/api/v1/namespaces/{ns}/configmaps")).Expect(403);
        await Api.CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["list"]}]}""");
        await Api.CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings",
            $$$"""{"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"{{{ns}}}"}]}""");
        (await own.GetAsync($"/api/v1/namespaces/{ns}/configmaps")).Expect(200);
        (await own.GetAsync($"/api/v1/namespaces/{ns}/secrets")).Expect(403);
        var may = (await own.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", $$$$"""{"spec":{"resourceAttributes":{"namespace":"{{{{ns}}}}","verb":"list","resource":"configmaps"}}}""")).Expect(201);
        Assert.True((bool)may.Body["status"]!["allowed"]!);
        var rules = (await own.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", $$$"""{"spec":{"namespace":"{{{ns}}}"}}""")).Expect(201);
        Assert.Contains(rules.Body["status"]!["resourceRules"]!.AsArray(), r => r!["resources"]!.AsArray().Any(x => (string)x! == "configmaps"));
    }

    [Fact]
    public async Task The_administrator_may_speak_for_others_and_has_then_only_their_rights()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/secrets");
        request.Headers.Add("Impersonate-User", "jane");
        request.Headers.Add("Impersonate-Group", "developers");
        var refused = await Api.Http.SendAsync(request);
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Contains("User \\\"jane\\\" cannot list", await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_signing_request_says_who_asked_and_is_approved_through_its_own_path()
    {
        var name = "csr-" + Guid.NewGuid().ToString("N")[..8];
        var path = $"/apis/certificates.k8s.io/v1/certificatesigningrequests/{name}";
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var pem = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=x", key, System.Security.Cryptography.HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["signerName"] = "example.com/signer", ["usages"] = new JsonArray("client auth"), ["username"] = "someone else",
                ["request"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem)),
            },
        };
        var made = await Api.CreateAsync("/apis/certificates.k8s.io/v1/certificatesigningrequests", body.ToJsonString());
        Assert.Equal("system:admin", (string)made.Body["spec"]!["username"]!);
        (await Api.MergeAsync(path + "/status", """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"no"}]}}""")).Expect(200);
        Assert.Null((await Api.GetAsync(path)).Body["status"]?["conditions"]?.AsArray().FirstOrDefault());
        (await Api.MergeAsync(path + "/approval", """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"yes"}]}}""")).Expect(200);
        Assert.Equal("Approved", (string)(await Api.GetAsync(path)).Body["status"]!["conditions"]![0]!["type"]!);
    }

    [Fact]
    public async Task The_status_of_a_Deployment_is_written_without_its_labels_and_with_its_annotations()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.CreateAsync(path, """{"metadata":{"name":"d","labels":{"a":"1"}},"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");

        var written = (await Api.MergeAsync(path + "/d/status", """{"metadata":{"labels":{"a":"2"},"annotations":{"b":"3"}},"status":{"observedGeneration":1,"replicas":2}}""")).Expect(200);

        Assert.Equal("1", (string)written.Metadata["labels"]!["a"]!);
        Assert.Equal("3", (string)written.Metadata["annotations"]!["b"]!);
        Assert.Equal(2, (int)written.Body["status"]!["replicas"]!);
    }

    [Fact]
    public async Task The_status_of_a_FlowSchema_is_written_without_its_metadata()
    {
        const string Path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
        var name = $"f-{Guid.NewGuid():N}";
        await Api.CreateAsync(Path, $$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{"a":"1"}},"spec":{"priorityLevelConfiguration":{"name":"global-default"}}}""");

        var written = (await Api.MergeAsync($"{Path}/{name}/status", """{"metadata":{"labels":{"a":"2"},"annotations":{"b":"3"},"finalizers":["example.com/f"]},"status":{"conditions":[{"type":"Tried","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""")).Expect(200);

        Assert.Equal("1", (string)written.Metadata["labels"]!["a"]!);
        Assert.Null(written.Metadata["annotations"]);
        Assert.Null(written.Metadata["finalizers"]);
        Assert.Contains(written.Body["status"]!["conditions"]!.AsArray(), c => (string)c!["type"]! == "Tried");
        await Api.DeleteAsync($"{Path}/{name}");
    }

    [Theory]
    [InlineData("POST", "/api/v1/pods")]
    [InlineData("DELETE", "/api/v1/namespaces")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods")]
    [InlineData("POST", "/apis/apps/v1")]
    [InlineData("POST", "/apis/apps")]
    [InlineData("DELETE", "/version")]
    public async Task Methods_that_a_path_does_not_have_are_refused(string method, string path)
    {
        var answer = (await Api.SendAsync(new HttpMethod(method), path, "{}", "application/json")).Expect(405);
        Assert.Equal("MethodNotAllowed", answer.Reason);
    }

    [Theory]
    [InlineData("POST", "/apis/authorization.k8s.io/v1beta1/subjectaccessreviews")]
    [InlineData("DELETE", "/apis/nope.example.com/v1/things/one")]
    [InlineData("PUT", "/apis/apps/v1/nopes")]
    [InlineData("POST", "/nope")]
    public async Task Paths_that_are_not_served_are_not_found_whatever_the_method(string method, string path)
    {
        var answer = (await Api.SendAsync(new HttpMethod(method), path, "{}", "application/json")).Expect(404);
        Assert.Equal("NotFound", answer.Reason);
    }

    [Theory]
    [InlineData("/api/v1/nopes")]
    [InlineData("/apis/nope.example.com/v1/things")]
    [InlineData("/nope")]
    [InlineData("/api/v1/namespaces/default/pods/p/nope")]
    public async Task Unknown_paths_are_not_found(string path) => Assert.Equal("NotFound", (await Api.GetAsync(path)).Expect(404).Reason);
}
