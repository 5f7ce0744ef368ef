using System.Globalization;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Benchmarks.Cluster;

/// <summary>What an idle server with a Ready node takes: memory, processor, bytes written to disk.</summary>
internal sealed class FootprintBenchmark : IBenchmark
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(120);

    public string Name => "footprint";

    public async Task RunAsync(string directory, Report report)
    {
        await using var cluster = await TestCluster.StartAsync();
        await Task.Delay(s_settle);
        var pid = (await Shell.RunAsync(["pgrep", "-f", $"{TestCluster.Executable} server --data-dir {cluster.Server.Directory}"])).Ok().Split('\n')[^1];
        var (cpu, written) = (Cpu(pid), Field($"/proc/{pid}/io", "write_bytes:"));
        await Task.Delay(s_window);
        report.Line("resident (RSS)", Field($"/proc/{pid}/status", "VmRSS:") / 1e3, "MB");
        report.Line("resident, private (RssAnon)", Field($"/proc/{pid}/status", "RssAnon:") / 1e3, "MB");
        report.Line("processor while idle, of one core", (Cpu(pid) - cpu) / s_window.TotalSeconds * 100, "%");
        report.Line("written to disk per idle hour", (Field($"/proc/{pid}/io", "write_bytes:") - written) * (3600 / s_window.TotalSeconds) / 1e6, "MB");
    }

    private static double Field(string file, string name) =>
        double.Parse(File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal)).Split((char[])[' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static double Cpu(string pid)
    {
        // After the command's name in parentheses; in ticks of 10 ms.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }
}
