using System.Globalization;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Benchmarks.Cluster;

/// <summary>From exec with an empty data directory to /readyz and to the node being Ready; dockerd runs already. Also the executable's size.</summary>
internal sealed class StartBenchmark : IBenchmark
{
    private const int Rounds = 5;

    public string Name => "start";

    public async Task RunAsync(string directory, Report report)
    {
        report.Line("executable", new FileInfo(TestCluster.Executable).Length / 1e6, "MB");
        await using var cluster = new TestCluster();
        var host = await cluster.AddHostAsync("bench");
        var ready = new List<double>();
        var nodeReady = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            // Measured inside the host by one shell, so that no process start lies between two looks but curl's own.
            var script = $$"""
                rm -rf {{host.Directory}}/start; s=$(date +%s%N)
                {{TestCluster.Executable}} server --data-dir {{host.Directory}}/start --write-kubeconfig {{host.Directory}}/start/kc --docker-host unix://{{host.Directory}}/docker.sock --node-name bench 2>{{host.Directory}}/start.log &
                until [ "$(curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1:6443/readyz)" = 200 ]; do :; done; r=$(date +%s%N)
                until grep -q 'node bench is ready' {{host.Directory}}/start.log; do sleep 0.01; done; n=$(date +%s%N)
                kill %1; wait; echo $(((r-s)/1000000)) $(((n-s)/1000000))
                """;
            var words = (await host.RunAsync("bash", "-c", script)).Split('\n')[^1].Split(' ');
            ready.Add(double.Parse(words[0], CultureInfo.InvariantCulture));
            nodeReady.Add(double.Parse(words[1], CultureInfo.InvariantCulture));
        }

        report.Line("exec to /readyz, median", Median(ready), "ms");
        report.Line("exec to node Ready, median", Median(nodeReady), "ms");
    }

    public static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
