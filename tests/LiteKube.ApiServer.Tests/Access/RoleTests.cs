using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Access;

[Collection(ApiHostCollection.Name)]
public sealed class RoleTests(ApiHost host)
{
    private const string Group = "/apis/rbac.authorization.k8s.io/v1";

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Nobody_gives_away_what_they_have_not()
    {
        var (ns, own) = await AdminOfNamespaceAsync();
        using var client = own;

        // "admin" may write roles, but holds no right to nodes.
        (await own.PostAsync($"{Group}/namespaces/{ns}/roles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","create"]}]}""")).Expect(201);
        var refused = (await own.PostAsync($"{Group}/namespaces/{ns}/roles", """{"metadata":{"name":"s"},"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list"]}]}""")).Expect(403);
        Assert.Equal(
            $"roles.rbac.authorization.k8s.io \"s\" is forbidden: user \"system:serviceaccount:{ns}:default\" (groups=[\"system:serviceaccounts\" \"system:serviceaccounts:{ns}\" \"system:authenticated\"]) "
            + "is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"list\"]}",
            refused.Message);
        (await own.MergeAsync($"{Group}/namespaces/{ns}/roles/r", """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""")).Expect(403);
        (await own.MergeAsync($"{Group}/namespaces/{ns}/roles/r", """{"metadata":{"labels":{"a":"b"}}}""")).Expect(200);
    }

    [Fact]
    public async Task A_binding_gives_no_more_than_its_maker_has()
    {
        var (ns, own) = await AdminOfNamespaceAsync();
        using var client = own;

        (await own.PostAsync($"{Group}/namespaces/{ns}/rolebindings", Binding("view", "view"))).Expect(201);
        (await own.PostAsync($"{Group}/namespaces/{ns}/rolebindings", Binding("all", "cluster-admin"))).Expect(403);
        (await own.PostAsync($"{Group}/namespaces/{ns}/rolebindings", Binding("gone", "no-such-role"))).Expect(404);
        (await Api.PostAsync($"{Group}/namespaces/{ns}/rolebindings", Binding("all", "cluster-admin"))).Expect(201);
    }

    [Fact]
    public async Task What_a_node_may_list_depends_on_what_it_selects()
    {
        async Task<bool> MayAsync(string selector)
        {
            var review = await Api.CreateAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews",
                $$$$$"""{"spec":{"user":"system:node:n1","groups":["system:nodes"],"resourceAttributes":{"verb":"list","version":"v1","resource":"resourceslices","group":"resource.k8s.io","fieldSelector":{{{{{selector}}}}}}}}""");
            return (bool)review.Body["status"]!["allowed"]!;
        }

        Assert.True(await MayAsync("""{"rawSelector":"spec.nodeName=n1"}"""));
        Assert.True(await MayAsync("""{"requirements":[{"key":"spec.nodeName","operator":"In","values":["n1"]}]}"""));
        Assert.False(await MayAsync("""{"rawSelector":"spec.nodeName=n2"}"""));
    }

    [Fact]
    public async Task A_bindings_role_stays()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"{Group}/namespaces/{ns}/rolebindings", Binding("b", "view"));

        var refused = (await Api.MergeAsync($"{Group}/namespaces/{ns}/rolebindings/b", """{"roleRef":{"name":"edit"}}""")).Expect(422);

        Assert.Contains("cannot change roleRef", refused.Message, StringComparison.Ordinal);
    }

    private static string Binding(string name, string role) =>
        $$"""{"metadata":{"name":"{{name}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"jane"}]}""";

    private async Task<(string Namespace, ApiClient Client)> AdminOfNamespaceAsync()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"{Group}/namespaces/{ns}/rolebindings",
            $$$"""{"metadata":{"name":"own"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"{{{ns}}}"}]}""");
        var token = (string)(await Api.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default/token", "{}")).Expect(201).Body["status"]!["token"]!;
        return (ns, host.Client(null, token));
    }
}
