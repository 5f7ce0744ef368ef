using System.Diagnostics;
using LiteKube.EndToEnd.Tests.Hosts;
using LiteKube.EndToEnd.Tests.Kubectl;

namespace LiteKube.EndToEnd.Tests.Clients;

/// <summary>Go's client-go and JavaScript's @kubernetes/client-node, built by build.sh, on one server.</summary>
[Collection(KubectlCollection.Name)]
public sealed class ClientLibraryTests(ApiOnlyServer server) : IAsyncLifetime
{
    private static readonly string s_clients = Environment.GetEnvironmentVariable("LITEKUBE_CLIENTS")
        ?? throw new InvalidOperationException("LITEKUBE_CLIENTS names no directory; run these tests with ./build.sh test");

    private string _namespace = "";

    private string[] Go => [s_clients + "/litekube-client", server.Kubeconfig, _namespace];

    private string[] Node => ["node", s_clients + "/node/client.js", server.Kubeconfig, _namespace];

    public async Task InitializeAsync()
    {
        _namespace = await server.NewNamespace();
        await Eventually.True("the root certificate is published", async () => (await server.Try("-n", _namespace, "get", "configmap", "kube-root-ca.crt")).ExitCode == 0);
    }

    public Task DisposeAsync() => server.Run("delete", "namespace", _namespace, "--wait=false");

    [Fact]
    public async Task Informers_of_both_see_one_history_of_what_both_write()
    {
        using var goWatch = Shell.Start([.. Go, "watch"], withInput: false);
        using var nodeWatch = Shell.Start([.. Node, "watch"], withInput: false);
        var goHistory = await ReadUntilSynced(goWatch);
        var nodeHistory = await ReadUntilSynced(nodeWatch);

        Assert.Equal("proto-1 proto-3", (await Shell.RunAsync([.. Go, "write", "application/vnd.kubernetes.protobuf", "proto"])).Ok());
        Assert.Equal("json-1 json-3", (await Shell.RunAsync([.. Go, "write", "application/json", "json"])).Ok());
        Assert.Equal("node-1 node-3", (await Shell.RunAsync([.. Node, "write", "node"])).Ok());
        await server.Run("-n", _namespace, "create", "configmap", "end");

        goHistory.AddRange(await ReadToEnd(goWatch));
        nodeHistory.AddRange(await ReadToEnd(nodeWatch));
        Assert.Equal(goHistory, nodeHistory);
        Assert.Equal(3 * (5 + 10 + 3) + 1, goHistory.Count(line => !line.Contains("kube-root-ca.crt", StringComparison.Ordinal)));
        Assert.Equal(goHistory.Select(RevisionOf).Order(), goHistory.Select(RevisionOf));
    }

    private static long RevisionOf(string line) => long.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<List<string>> ReadUntilSynced(Process process)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit) is { } line)
        {
            if (line == "SYNCED")
                return lines;
            lines.Add(line.TrimEnd());
        }

        throw new InvalidOperationException("ended before it was in sync: " + await process.StandardError.ReadToEndAsync());
    }

    private static async Task<IEnumerable<string>> ReadToEnd(Process process)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        var text = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync(limit.Token));
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd());
    }
}
