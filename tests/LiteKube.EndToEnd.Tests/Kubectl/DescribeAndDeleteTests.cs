using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

[Collection(KubectlCollection.Name)]
public sealed class DescribeAndDeleteTests(ApiOnlyServer server) : IAsyncLifetime
{
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await server.NewNamespace();

    public Task DisposeAsync() => server.Run("delete", "namespace", _namespace, "--wait=false");

    [Theory]
    [InlineData("run x --image=a:1", "pod/x", "QoS Class:")]
    [InlineData("create deployment x --image=a:1", "deployment/x", "StrategyType:")]
    [InlineData("create deployment x --image=a:1", "replicaset", "Controlled By:")]
    [InlineData("create configmap x --from-literal=k=v", "configmap/x", "BinaryData")]
    [InlineData("create secret generic x --from-literal=k=v", "secret/x", "1 bytes")]
    [InlineData("create service clusterip x --tcp=80", "service/x", "TargetPort:")]
    [InlineData("create serviceaccount x", "serviceaccount/x", "Mountable secrets:")]
    [InlineData("create job x --image=a:1", "job/x", "Parallelism:")]
    [InlineData("create cronjob x --image=a:1 --schedule=@daily", "cronjob/x", "Concurrency Policy:")]
    [InlineData("create ingress x --rule=h.example/*=s:80", "ingress/x", "h.example")]
    [InlineData("create role x --verb=get --resource=pods", "role/x", "PolicyRule:")]
    [InlineData("create rolebinding x --clusterrole=view --user=u", "rolebinding/x", "Subjects:")]
    [InlineData("create quota x --hard=pods=5", "quota/x", "Resource")]
    [InlineData("create pdb x --selector=a=b --min-available=1", "pdb/x", "Min available:")]
    [InlineData("create serviceaccount x", "namespace", "Status:")]
    [InlineData("create priorityclass PC --value=1", "priorityclass/PC", "Value:")]
    [InlineData("create clusterrole PC --verb=get --resource=nodes", "clusterrole/PC", "PolicyRule:")]
    public async Task Describe(string create, string what, string expected)
    {
        var unique = _namespace + "-pc";
        await Run(create.Replace("PC", unique).Split(' '));
        if (what == "namespace")
            what += "/" + _namespace;
        await Eventually.Get($"describe {what}", () => Run("describe", what.Replace("PC", unique)), text => text.Contains(expected, StringComparison.Ordinal));
        if (create.Contains("PC", StringComparison.Ordinal))
            await server.Run("delete", what.Replace("PC", unique));
    }

    [Theory]
    [InlineData("background", false)]
    [InlineData("foreground", false)]
    [InlineData("orphan", true)]
    public async Task Delete_with_each_cascade(string cascade, bool replicaSetStays)
    {
        await Run("create", "deployment", "web", "--image=a:1", "--replicas=2");
        var pods = await Eventually.Get("two pods", Pods, p => p.Length == 2);
        await Run("delete", "deployment", "web", $"--cascade={cascade}", "--timeout=300s");
        if (!replicaSetStays)
        {
            await Eventually.Get("no replica set", () => Run("get", "replicasets", "-o", "name"), text => text.Length == 0);
            await Eventually.Get("no pods", Pods, p => p.Length == 0);
            return;
        }

        await Eventually.Get("the replica set has no owner", () => Run("get", "replicasets", "-o", "jsonpath={.items[*].metadata.ownerReferences}"), text => text.Length == 0);
        Assert.Equal(pods, await Pods());
    }

    [Fact]
    public async Task Delete_by_selector_all_and_force()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await Run("create", "configmap", name);
        await Run("label", "configmap", "a", "b", "go=yes");
        await Run("delete", "configmap", "-l", "go=yes");
        Assert.Equal("configmap/c\nconfigmap/kube-root-ca.crt", await Eventually.Get("what is left", () => Run("get", "configmaps", "-o", "name"), text => text.Split('\n').Length == 2));
        await Run("run", "p", "--image=a:1");
        Assert.Contains("force deleted", (await server.Try("-n", _namespace, "delete", "pod", "p", "--force", "--grace-period=0")).All);
        Assert.Contains("not found", (await server.Try("-n", _namespace, "get", "pod", "p")).Error);
        Assert.Equal("", await Run("delete", "pod", "p", "--ignore-not-found"));
    }

    [Fact]
    public async Task A_namespace_goes_with_all_that_is_in_it()
    {
        var name = await server.NewNamespace();
        await server.Run("-n", name, "create", "deployment", "web", "--image=a:1", "--replicas=3");
        await server.Run("delete", "namespace", name, "--timeout=300s");
        Assert.Contains("NotFound", (await server.Try("get", "namespace", name)).Error);
    }

    [Fact]
    public async Task A_certificate_is_signed_once_it_is_approved()
    {
        var directory = Directory.CreateTempSubdirectory("litekube-csr-").FullName;
        var name = _namespace + "-csr";
        try
        {
            (await Shell.RunAsync(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/O=team/CN=carol", "-keyout", $"{directory}/key", "-out", $"{directory}/csr"])).Ok();
            var request = Convert.ToBase64String(await File.ReadAllBytesAsync($"{directory}/csr"));
            await server.RunWith($"apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {{name: {name}}}\nspec: {{request: {request}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}}\n", "create", "-f", "-");
            Assert.Matches($@"{name}\s+.*Pending", await server.Run("get", "csr"));
            Assert.Contains("approved", await server.Run("certificate", "approve", name));
            var certificate = await Eventually.Get("a certificate", () => server.Run("get", "csr", name, "-o", "jsonpath={.status.certificate}"), text => text.Length > 0);
            await File.WriteAllBytesAsync($"{directory}/crt", Convert.FromBase64String(certificate));
            File.Copy(server.Kubeconfig, $"{directory}/kubeconfig");
            string[] kubectl = ["kubectl", "--kubeconfig", $"{directory}/kubeconfig"];
            (await Shell.RunAsync([.. kubectl, "config", "set-credentials", "carol", $"--client-certificate={directory}/crt", $"--client-key={directory}/key"])).Ok();
            var who = (await Shell.RunAsync([.. kubectl, "--user=carol", "auth", "whoami", "-o", "jsonpath={.status.userInfo.username} {.status.userInfo.groups[*]}"])).Ok();
            Assert.Equal("carol team system:authenticated", who);
            await server.Run("delete", "csr", name);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private Task<string> Run(params string[] arguments) => server.Run(["-n", _namespace, .. arguments]);

    private async Task<string[]> Pods() => (await Run("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
