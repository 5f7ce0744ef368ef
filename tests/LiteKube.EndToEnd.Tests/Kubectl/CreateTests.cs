using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

/// <summary>Every <c>kubectl create KIND</c>, and the other commands that make or change objects without a manifest.</summary>
[Collection(KubectlCollection.Name)]
public sealed class CreateTests(ApiOnlyServer server) : IAsyncLifetime
{
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await server.NewNamespace();

    public Task DisposeAsync() => server.Run("delete", "namespace", _namespace, "--wait=false");

    [Theory]
    [InlineData("configmap a --from-literal=k=v", "configmap/a", "{.data.k}", "v")]
    [InlineData("secret generic b --from-literal=k=v", "secret/b", "{.data.k}", "dg==")]
    [InlineData("secret docker-registry c --docker-server=r.example --docker-username=u --docker-password=p", "secret/c", "{.type}", "kubernetes.io/dockerconfigjson")]
    [InlineData("deployment d --image=a:1 --replicas=2 --port=80", "deployment/d", "{.spec.replicas}{.spec.template.spec.containers[0].ports[0].containerPort}", "280")]
    [InlineData("service clusterip e --tcp=80:8080", "service/e", "{.spec.type}{.spec.ports[0].targetPort}", "ClusterIP8080")]
    [InlineData("service nodeport f --tcp=80", "service/f", "{.spec.type}", "NodePort")]
    [InlineData("service loadbalancer g --tcp=80", "service/g", "{.spec.type}{.spec.allocateLoadBalancerNodePorts}", "LoadBalancertrue")]
    [InlineData("service externalname h --external-name=x.example", "service/h", "{.spec.externalName}", "x.example")]
    [InlineData("serviceaccount i", "serviceaccount/i", "{.metadata.name}", "i")]
    [InlineData("role j --verb=get --verb=list --resource=pods,deployments.apps", "role/j", "{.rules[*].resources[*]}", "pods deployments")]
    [InlineData("rolebinding k --clusterrole=view --serviceaccount=default:x --user=u --group=g", "rolebinding/k", "{.subjects[*].kind}", "User Group ServiceAccount")]
    [InlineData("job l --image=a:1 -- true", "job/l", "{.spec.template.spec.containers[0].command[0]}{.spec.backoffLimit}", "true6")]
    [InlineData("cronjob m --image=a:1 --schedule=*/5_*_*_*_*", "cronjob/m", "{.spec.concurrencyPolicy}", "Allow")]
    [InlineData("ingress n --class=x --rule=h.example/path*=svc:80", "ingress/n", "{.spec.rules[0].http.paths[0].pathType}", "Prefix")]
    [InlineData("poddisruptionbudget o --selector=app=x --min-available=1", "pdb/o", "{.spec.minAvailable}", "1")]
    [InlineData("quota p --hard=pods=2,cpu=1", "resourcequota/p", "{.spec.hard.pods}", "2")]
    public async Task Namespaced(string command, string made, string path, string expected)
    {
        await Run(["create", .. command.Split(' ').Select(word => word.Replace('_', ' '))]);
        Assert.Equal(expected, await Run("get", made, "-o", $"jsonpath={path}"));
    }

    [Theory]
    [InlineData("clusterrole NAME --verb=get --resource=nodes", "clusterrole", "{.rules[0].resources[0]}", "nodes")]
    [InlineData("clusterrole NAME --aggregation-rule=a=b", "clusterrole", "{.aggregationRule.clusterRoleSelectors[0].matchLabels.a}", "b")]
    [InlineData("clusterrolebinding NAME --clusterrole=view --user=u", "clusterrolebinding", "{.roleRef.name}", "view")]
    [InlineData("priorityclass NAME --value=7", "priorityclass", "{.value}{.preemptionPolicy}", "7PreemptLowerPriority")]
    [InlineData("namespace NAME", "namespace", "{.status.phase}", "Active")]
    public async Task Cluster_scoped(string command, string kind, string path, string expected)
    {
        var name = $"n-{Guid.NewGuid():N}"[..12];
        await server.Run(["create", .. command.Replace("NAME", name).Split(' ')]);
        Assert.Equal(expected, await server.Run("get", kind, name, "-o", $"jsonpath={path}"));
        await server.Run("delete", kind, name, "--wait=false");
    }

    [Fact]
    public async Task A_TLS_secret_of_a_key_pair()
    {
        var directory = Directory.CreateTempSubdirectory("litekube-tls-").FullName;
        try
        {
            (await Shell.RunAsync(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x", "-keyout", $"{directory}/k", "-out", $"{directory}/c"])).Ok();
            await Run("create", "secret", "tls", "t", $"--cert={directory}/c", $"--key={directory}/k");
            Assert.Equal("kubernetes.io/tls", await Run("get", "secret/t", "-o", "jsonpath={.type}"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_token_of_an_account_says_who_it_is()
    {
        var token = await Run("create", "token", "default", "--duration=20m");
        Assert.Contains($"system:serviceaccount:{_namespace}:default", await server.Run("--token", token, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"));
    }

    [Fact]
    public async Task Run_expose_autoscale_and_scale()
    {
        await Run("run", "p", "--image=a:1", "--labels=app=p", "--env=A=b", "--port=80", "--restart=Never");
        Assert.Equal("Never b", await Run("get", "pod/p", "-o", "jsonpath={.spec.restartPolicy} {.spec.containers[0].env[0].value}"));
        await Run("expose", "pod", "p", "--port=80", "--name=p");
        Assert.Equal("p", await Run("get", "service/p", "-o", "jsonpath={.spec.selector.app}"));
        await Run("create", "deployment", "d", "--image=a:1");
        await Run("autoscale", "deployment", "d", "--min=1", "--max=3", "--cpu-percent=80");
        Assert.Equal("3 80", await Run("get", "hpa/d", "-o", "jsonpath={.spec.maxReplicas} {.spec.metrics[0].resource.target.averageUtilization}"));
        await Run("scale", "deployment/d", "--replicas=4", "--current-replicas=1");
        Assert.Equal("4", await Run("get", "deployment/d", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Set_changes_image_env_resources_selector_account_and_subject()
    {
        await Run("create", "deployment", "d", "--image=a:1");
        await Run("set", "image", "deployment/d", "a=b:2");
        await Run("set", "env", "deployment/d", "A=1", "B=2");
        await Run("set", "env", "deployment/d", "A-");
        await Run("set", "resources", "deployment/d", "--limits=cpu=200m,memory=64Mi");
        await Run("set", "serviceaccount", "deployment/d", "default");
        Assert.Equal("b:2 B 200m default", await Run("get", "deployment/d", "-o",
            "jsonpath={.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[*].name} {.spec.template.spec.containers[0].resources.limits.cpu} {.spec.template.spec.serviceAccountName}"));
        await Run("create", "service", "clusterip", "s", "--tcp=80");
        await Run("set", "selector", "service", "s", "app=other");
        Assert.Equal("other", await Run("get", "service/s", "-o", "jsonpath={.spec.selector.app}"));
        await Run("create", "rolebinding", "b", "--clusterrole=view", "--user=u");
        await Run("set", "subject", "rolebinding", "b", "--user=v");
        Assert.Equal("u v", await Run("get", "rolebinding/b", "-o", "jsonpath={.subjects[*].name}"));
    }

    private Task<string> Run(params string[] arguments) => server.Run(["-n", _namespace, .. arguments]);
}
