using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>packaging/sample: web (three replicas of nginx), redis, and a client that calls web by its DNS name.</summary>
internal static class Sample
{
    public static async Task DeployAsync(TestCluster cluster)
    {
        await cluster.Kubectl("apply", "-f", Path.Combine(AppContext.BaseDirectory, "Sample"));
        foreach (var deployment in new[] { "redis", "web", "client" })
            await cluster.Kubectl("rollout", "status", "deployment/" + deployment, "--timeout=300s");
    }

    public static Task<string> WebAddressAsync(TestCluster cluster) => cluster.Kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");

    public static Task<string> WebNodePortAsync(TestCluster cluster) => cluster.Kubectl("get", "service", "web", "-o", "jsonpath={.spec.ports[0].nodePort}");

    public static Task<string> GetAsync(TestHost host, string url) => host.RunAsync("curl", "-sS", "--fail", "--max-time", "60", url);
}
