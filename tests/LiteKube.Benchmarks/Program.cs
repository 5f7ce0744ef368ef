using LiteKube.Benchmarks;
using LiteKube.Benchmarks.Api;
using LiteKube.Benchmarks.Cluster;
using LiteKube.Benchmarks.Images;
using LiteKube.Benchmarks.Runtime;
using LiteKube.Benchmarks.Store;

// To add a sub-command: a name here, and a class per benchmark in a folder of that name.
var suites = new Dictionary<string, IBenchmark[]>
{
    ["store"] =
    [
        new OpenBenchmark(),
        new CommitBenchmark(),
        new DiskBytesBenchmark(),
        new IdleBenchmark(),
        new ListBenchmark(),
        new WatchFanOutBenchmark(),
        new FlatnessBenchmark(),
    ],
    ["api"] =
    [
        new RequestsBenchmark(),
        new FanOutBenchmark(),
        new ResidentBenchmark(),
        new GrowthBenchmark(),
    ],
    ["cluster"] =
    [
        new StartBenchmark(),
        new FootprintBenchmark(),
        new PodStartBenchmark(),
    ],
    ["runtime"] =
    [
        new FloorBenchmark(),
        new RuntimeBenchmark("native"),
        new RuntimeBenchmark("docker"),
        new ExecBenchmark(),
    ],
    ["images"] =
    [
        new UnpackBenchmark(),
        new ImportMemoryBenchmark(),
    ],
};

if (args.Length == 0 || !suites.TryGetValue(args[0], out var suite))
{
    Console.Error.WriteLine($"usage: LiteKube.Benchmarks <{string.Join('|', suites.Keys)}> [--dir DIRECTORY] [NAME...]");
    foreach (var (name, benchmarks) in suites)
        Console.Error.WriteLine($"  {name}: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}");
    return 2;
}

var directoryAt = Array.IndexOf(args, "--dir");
var parent = directoryAt > 0 && directoryAt + 1 < args.Length ? args[directoryAt + 1] : Path.GetTempPath();
var names = args.Skip(1).Where((_, i) => directoryAt < 0 || (i + 1 != directoryAt && i + 1 != directoryAt + 1)).ToHashSet();
foreach (var benchmark in suite.Where(benchmark => names.Count == 0 || names.Contains(benchmark.Name)))
{
    Console.WriteLine($"\n{benchmark.Name} (load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]})");
    var directory = Directory.CreateDirectory(Path.Combine(parent, $"litekube-bench-{Environment.ProcessId}-{benchmark.Name}"));
    try
    {
        await benchmark.RunAsync(directory.FullName, new Report(Console.Out));
    }
    finally
    {
        directory.Delete(recursive: true);
    }
}

return 0;
