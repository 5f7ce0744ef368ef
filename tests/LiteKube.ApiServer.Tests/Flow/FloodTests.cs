using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Flow;

[Collection(ApiHostCollection.Name)]
public sealed class FloodTests(ApiHost host)
{
    private const string Group = "/apis/flowcontrol.apiserver.k8s.io/v1";

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_client_that_floods_is_told_to_wait_while_others_go_on()
    {
        var ns = await host.NamespaceAsync();
        var user = $"system:serviceaccount:{ns}:default";
        await Api.CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings",
            $$$$$"""{"metadata":{"name":"own"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{{{{user}}}}}"}]}""");
        var level = await Api.CreateAsync($"{Group}/prioritylevelconfigurations",
            $$$$$"""{"metadata":{"name":"{{{{{ns}}}}}"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":0,"borrowingLimitPercent":0,"limitResponse":{"type":"Reject"}}}}""");
        var schema = await Api.CreateAsync($"{Group}/flowschemas",
            $$$$$"""{"metadata":{"name":"{{{{{ns}}}}}"},"spec":{"matchingPrecedence":50,"priorityLevelConfiguration":{"name":"{{{{{ns}}}}}"},"rules":[{"subjects":[{"kind":"User","user":{"name":"{{{{{user}}}}}"}}],"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"namespaces":["*"]}]}]}}""");
        var token = (string)(await Api.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default/token", "{}")).Expect(201).Body["status"]!["token"]!;
        using var flooder = host.Client(null, token);

        // The level's one seat is held by a request whose body does not come to an end.
        using var body = new EndlessContent();
        var slow = flooder.Http.PostAsync($"/api/v1/namespaces/{ns}/configmaps", body);
        await body.Begun.WaitAsync(TimeSpan.FromMinutes(1));
        // Not before it has it: the other way round it would be the one that is refused.
        var held = $"apiserver_flowcontrol_current_executing_requests{{priority_level=\"{ns}\"}} 1\n";
        await UntilAsync(() => Api.GetAsync("/metrics"), a => ((string)a.Body["text"]!).Contains(held, StringComparison.Ordinal));
        var refused = await UntilAsync(() => flooder.GetAsync($"/api/v1/namespaces/{ns}/configmaps"), a => a.Code == 429);
        Assert.Equal("TooManyRequests", refused.Reason);
        Assert.Equal("1", refused.Response.Headers.GetValues("Retry-After").Single());
        Assert.Equal((string)schema.Metadata["uid"]!, refused.Response.Headers.GetValues("X-Kubernetes-PF-FlowSchema-UID").Single());
        Assert.Equal((string)level.Metadata["uid"]!, refused.Response.Headers.GetValues("X-Kubernetes-PF-PriorityLevel-UID").Single());

        (await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps")).Expect(200);

        body.Finish("""{"metadata":{"name":"late"}}""");
        Assert.Equal(201, (int)(await slow.WaitAsync(TimeSpan.FromMinutes(1))).StatusCode);
        await UntilAsync(() => flooder.GetAsync($"/api/v1/namespaces/{ns}/configmaps"), a => a.Code == 200);
        await Api.DeleteAsync($"{Group}/flowschemas/{ns}");
        await Api.DeleteAsync($"{Group}/prioritylevelconfigurations/{ns}");
    }

    [Fact]
    public async Task Watches_hold_no_seat()
    {
        using var watch = await Api.WatchAsync("/api/v1/namespaces");
        await watch.ExpectAsync("ADDED");

        // The request for the metrics is the one that is under way, once those before it have given their seats back.
        var metrics = await UntilAsync(() => Api.GetAsync("/metrics"), a => ((string)a.Body["text"]!).Contains("apiserver_flowcontrol_current_executing_requests{priority_level=\"exempt\"} 1\n", StringComparison.Ordinal));
        Assert.Contains("apiserver_longrunning_requests{component=\"apiserver\",group=\"\",resource=\"namespaces\",scope=\"cluster\",subresource=\"\",verb=\"WATCH\",version=\"v1\"}", (string)metrics.Body["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Default_objects_are_there_and_come_back()
    {
        var schema = (await Api.GetAsync($"{Group}/flowschemas/catch-all")).Expect(200);
        Assert.Equal("False", (string)schema.Body["status"]!["conditions"]![0]!["status"]!);
        (await Api.DeleteAsync($"{Group}/flowschemas/probes")).Expect(200);

        var again = await UntilAsync(() => Api.GetAsync($"{Group}/flowschemas/probes"), a => a.Code == 200 && a.Body["status"]?["conditions"] is not null);

        Assert.Equal(2, (int)again.Body["spec"]!["matchingPrecedence"]!);
    }

    [Fact]
    public async Task Tables_show_what_kubectl_shows()
    {
        const string table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        var schemas = (await Api.GetAsync($"{Group}/flowschemas/service-accounts", table)).Expect(200);
        Assert.Equal(["service-accounts", "workload-low", "9000", "ByUser"], schemas.Body["rows"]![0]!["cells"]!.AsArray().Take(4).Select(c => c!.ToString()));
        var levels = (await Api.GetAsync($"{Group}/prioritylevelconfigurations/catch-all", table)).Expect(200);
        Assert.Equal(["catch-all", "Limited", "5", "<none>", "<none>", "<none>"], levels.Body["rows"]![0]!["cells"]!.AsArray().Take(6).Select(c => c!.ToString()));
    }

    private static async Task<ApiAnswer> UntilAsync(Func<Task<ApiAnswer>> ask, Predicate<ApiAnswer> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
                return answer;
            Assert.False(limit.IsCancellationRequested, $"last seen: {answer.Code} {answer.Body.ToJsonString()}");
            await Task.Delay(20);
        }
    }
}
