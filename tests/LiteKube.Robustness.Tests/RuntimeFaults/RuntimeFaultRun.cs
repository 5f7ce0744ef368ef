using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>
/// Rounds of: start LiteKube on the native runtime, let twenty pods come and go, kill it at a random moment, some rounds while it starts. Now and then,
/// and at the end, everything must come to rest as it was asked for, and what the machine holds must be what the pods that are left need.
/// Throws <see cref="FaultException"/> where a container was lost or doubled, or anything is left behind.
/// </summary>
internal sealed class RuntimeFaultRun(int seed, Action<string> log)
{
    private const int LongestRound = 2500;
    private const int LongestStart = 900;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _underWay = new() { ["a pull"] = 0, ["unpacking"] = 0, ["a container's start"] = 0, ["a stop"] = 0, ["LiteKube's own start"] = 0 };
    private int _compared;
    private int _rests;

    public static async Task<int> MainAsync(Arguments arguments)
    {
        var rounds = arguments.Number("rounds", 100);
        var seed = arguments.Number("seed", Environment.TickCount);
        Console.WriteLine($"{rounds} kills, seed {seed}, {TestCluster.Executable}");
        try
        {
            await new RuntimeFaultRun(seed, Console.WriteLine).RunAsync(rounds, keepWreck: true);
            return 0;
        }
        catch (Exception e)
        {
            Console.WriteLine($"FAILED: {(e is FaultException or TimeoutException ? e.Message : e)}");
            return 1;
        }
    }

    /// <param name="keepWreck">Leave the host as it is after a failure.</param>
    public async Task RunAsync(int rounds, bool keepWreck)
    {
        var started = Stopwatch.StartNew();
        var machine = await FaultMachine.UpAsync();
        try
        {
            await using var registry = await FaultRegistry.StartAsync(machine.NetworkNamespace);
            var load = new FaultLoad(machine, _random);
            var empty = await EmptyAsync(machine);
            for (var round = 1; round <= rounds; round++)
                log(await RoundAsync(machine, load, round));
            machine.Start();
            using (var client = await machine.ReadyAsync())
            {
                await RestAsync(machine, load, client);
                await RemoveAllAsync(client, load);
            }

            await PruneAsync(machine);
            var left = await Eventually.Get("the machine is as it was before the first pod", () => LeftAsync(machine, empty), l => l.Length == 0, s_limit);
            await machine.StopAsync();
            log(string.Create(CultureInfo.InvariantCulture, $"{rounds} kills in {started.Elapsed.TotalSeconds:F0} s, {load.Created} pods; under way when killed: {string.Join(", ", _underWay.Select(u => $"{u.Key} {u.Value}"))}; {_rests} times at rest, {_compared} containers compared: none lost, none doubled, nothing left{left}"));
        }
        catch when (keepWreck)
        {
            log($"the host is kept: see {machine.Log}");
            throw;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }

        await machine.DisposeAsync();
    }

    /// <summary>What a node without pods has.</summary>
    private static async Task<SortedSet<string>> EmptyAsync(FaultMachine machine)
    {
        machine.Start();
        using var client = await machine.ReadyAsync();
        await Eventually.True("the node is Ready", async () => (await client.GetAsync("/api/v1/nodes/fault")).Body["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true);
        await Eventually.True("there is a service account", async () => (await client.GetAsync("/api/v1/namespaces/default/serviceaccounts/default")).Code == 200);
        await PruneAsync(machine);
        return await MachineState.ReadAsync(machine);
    }

    private static Task PruneAsync(FaultMachine machine) => machine.RunAsync(TestCluster.Executable, "images", "prune", "--data-dir", machine.DataDirectory);

    private async Task<string> RoundAsync(FaultMachine machine, FaultLoad load, int round)
    {
        var text = new List<string>();
        if (round > 1)
            machine.Start();
        if (round > 1 && _random.Next(6) == 0)
        {
            var moment = _random.Next(LongestStart);
            await Task.Delay(moment);
            await machine.KillAsync();
            _underWay["LiteKube's own start"]++;
            return $"round {round}: killed {moment} ms after its start";
        }

        using var client = await machine.ReadyAsync();
        if (round > 1 && _random.Next(4) == 0)
            text.Add($"{await RestAsync(machine, load, client)} containers at rest as they should be; ");
        using var end = new CancellationTokenSource();
        var work = load.RunAsync(client, end.Token);
        var life = _random.Next(LongestRound);
        await Task.Delay(life);
        await machine.KillAsync();
        await end.CancelAsync();
        await work;
        text.Add($"killed after {life} ms with {load.Known.Count} pods, under way: {string.Join(", ", UnderWay(machine, load))}");
        return $"round {round}: {string.Concat(text)}";
    }

    private async Task<int> RestAsync(FaultMachine machine, FaultLoad load, ApiClient client)
    {
        var compared = await new PodsAtRest(machine, load).VerifyAsync(client);
        await Eventually.Get("the machine holds what its pods need and no more", () => SurplusAsync(machine, client), s => s.Length == 0, s_limit);
        _compared += compared;
        _rests++;
        return compared;
    }

    private static async Task RemoveAllAsync(ApiClient client, FaultLoad load)
    {
        foreach (var pod in load.Known)
            await client.DeleteAsync($"{FaultLoad.Pods}/{pod.Name}");
        await Eventually.Get("every pod is gone", async () => (await client.GetAsync(FaultLoad.Pods)).Items.Count, n => n == 0, s_limit);
    }

    /// <summary>Counts that must agree while pods run: what is there for a sandbox or a container that no pod has was leaked.</summary>
    private static async Task<string> SurplusAsync(FaultMachine machine, ApiClient client)
    {
        var pods = (await client.GetAsync(FaultLoad.Pods)).Items.Select(p => p!).ToList();
        var uids = pods.Select(p => (string)p["metadata"]!["uid"]!).ToHashSet(StringComparer.Ordinal);
        var state = await MachineState.ReadAsync(machine);
        var root = machine.DataDirectory + "/agent/containers";
        var surplus = new List<string>();
        var ready = Records(root, "sandboxes", "sandbox.json", out var sandboxes).Count(r => (bool?)r["Ready"] == true);
        var running = Records(root, "containers", "container.json", out var containers).Count(r => (string?)r["Phase"] == "Running");
        surplus.AddRange(sandboxes.Concat(containers).Where(r => r.Record is null || !uids.Contains((string)r.Record["Pod"]!["Uid"]!)).Select(r => $"{r.Directory} is of no pod"));
        surplus.AddRange(state.Where(l => l.StartsWith("disk: pods/", StringComparison.Ordinal) && !uids.Contains(l["disk: pods/".Length..])));
        surplus.AddRange(state.Where(l => l.StartsWith("disk: images/work/", StringComparison.Ordinal)));
        surplus.AddRange(state.Where(l => l.StartsWith("cgroup: ", StringComparison.Ordinal) && !uids.Any(l.Contains)));
        Same("network namespaces that are held", ready, l => l.StartsWith("mount: /run/litekube/sandboxes/", StringComparison.Ordinal) && l.EndsWith("/net", StringComparison.Ordinal));
        Same("interfaces", ready, l => l.StartsWith("interface: lkp", StringComparison.Ordinal));
        Same("addresses", ready, l => l.StartsWith("address: ", StringComparison.Ordinal));
        Same("root file systems", running, l => l.StartsWith("mount: ", StringComparison.Ordinal) && l.EndsWith("/rootfs", StringComparison.Ordinal));
        Same("monitors", running, l => l.StartsWith("process: conmon ", StringComparison.Ordinal));
        surplus.AddRange(state.Where(l => l.StartsWith("process: crun ", StringComparison.Ordinal) || (l.StartsWith("process: sleep ", StringComparison.Ordinal) && l.Contains(FaultPod.SleptByCommands, StringComparison.Ordinal))).Select(l => l + " is of a command that nobody waits for"));
        return string.Join("; ", surplus);

        void Same(string what, int expected, Func<string, bool> counts)
        {
            var found = state.Where(counts).ToList();
            if (found.Count != expected)
                surplus.Add($"{found.Count} {what} and not {expected}");
        }
    }

    private static async Task<string> LeftAsync(FaultMachine machine, SortedSet<string> empty)
    {
        var now = await MachineState.ReadAsync(machine);
        return string.Join("; ", now.Where(l => !empty.Contains(l) && !l.StartsWith("process: litekube ", StringComparison.Ordinal)).Concat(empty.Where(l => !now.Contains(l) && !l.StartsWith("process: ", StringComparison.Ordinal)).Select(l => "no more " + l)));
    }

    /// <summary>Told by what a killed process has left on disk.</summary>
    private List<string> UnderWay(FaultMachine machine, FaultLoad load)
    {
        var root = machine.DataDirectory + "/agent/containers";
        var found = new List<string>();
        Look("a pull", Directory.EnumerateFiles(root + "/images/downloads").Any());
        Look("unpacking", Directory.EnumerateDirectories(root + "/images/work").Any());
        _ = Records(root, "containers", "container.json", out var containers).Count();
        Look("a container's start", containers.Any(c => c.Record is null || (string?)c.Record["Phase"] == "Starting"));
        var going = load.Known.Where(p => p.DeletionSent).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        Look("a stop", containers.Any(c => c.Record is not null && going.Contains((string)c.Record["Pod"]!["Name"]!)));
        return found;

        void Look(string what, bool isSo)
        {
            if (!isSo)
                return;
            found.Add(what);
            _underWay[what]++;
        }
    }

    private static IEnumerable<JsonNode> Records(string root, string kind, string file, out List<(string Directory, JsonNode? Record)> all)
    {
        all = [];
        foreach (var directory in Directory.EnumerateDirectories(Path.Combine(root, kind)))
        {
            try
            {
                // Renamed when it is whole.
                all.Add((directory, JsonNode.Parse(File.ReadAllText(Path.Combine(directory, file)))));
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                all.Add((directory, null));
            }
        }

        return all.Where(r => r.Record is not null).Select(r => r.Record!);
    }
}
