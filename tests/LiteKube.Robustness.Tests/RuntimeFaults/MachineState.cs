using System.Text.Json.Nodes;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>All that LiteKube can leave on a machine, a line each, read past LiteKube: from the kernel and from the disk.</summary>
internal static class MachineState
{
    private static readonly string[] s_programs = ["conmon", "crun", "runc", "pause", "private-mounts", "litekube"];

    public static async Task<SortedSet<string>> ReadAsync(FaultMachine machine)
    {
        var state = new SortedSet<string>(StringComparer.Ordinal);
        Add("mount", Mounts(machine));
        Add("cgroup", Cgroups(machine));
        Add("process", machine.Processes().Where(p => p.InContainer || s_programs.Contains(p.Name)).Select(p => $"{p.Name} {p.Id} {p.CommandLine.Replace('\0', ' ')}"));
        Add("interface", Words(await machine.RunAsync("ls", "/sys/class/net")));
        Add("address", Addresses(machine));
        Add("namespace", Words(await machine.RunAsync("sh", "-c", "ls /run/netns 2>/dev/null || true")));
        // Without the counters, whose numbers come and go.
        Add("port rule", Lines(await machine.RunAsync("sh", "-c", "(nft -s list ruleset; iptables-save | sed 's/\\[[0-9]*:[0-9]*\\]//') 2>/dev/null | grep -E '100[0-9][0-9]' || true")));
        var containers = machine.DataDirectory + "/agent/containers";
        foreach (var directory in (string[])["sandboxes", "containers", "images/work", "images/downloads", "images/layers", "images/images", "images/references", "images/blobs/sha256"])
            Add("disk", Names(Path.Combine(containers, directory)).Select(n => $"{directory}/{n}"));
        Add("disk", Names(machine.DataDirectory + "/agent/node/pods").Select(n => "pods/" + n));
        Add("disk", Lines(await machine.RunAsync("sh", "-c", "cd /run/litekube 2>/dev/null && ls -d engine/* exits/* execs/* sandboxes/* 2>/dev/null || true")).Select(n => "run/" + n));
        return state;

        void Add(string what, IEnumerable<string> lines) => state.UnionWith(lines.Select(l => $"{what}: {l}"));
    }

    /// <summary>Ids of sandboxes that have an address, and the addresses.</summary>
    private static IEnumerable<string> Addresses(FaultMachine machine)
    {
        var file = machine.DataDirectory + "/agent/network/pods.json";
        return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))!["pods"]!.AsArray().Select(p => $"{p!["sandbox"]} {p["address"]}") : [];
    }

    private static IEnumerable<string> Mounts(FaultMachine machine) => File.ReadLines($"/proc/{machine.FirstProcess}/mountinfo").Select(l => l.Split(' ')[4]);

    private static IEnumerable<string> Cgroups(FaultMachine machine) => Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
        .Select(d => Path.Combine(d, machine.CgroupName, "litekube")).Where(Directory.Exists)
        .SelectMany(d => Directory.EnumerateDirectories(d, "*", SearchOption.AllDirectories));

    private static IEnumerable<string> Names(string directory) => Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Select(e => Path.GetFileName(e)) : [];

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string[] Words(string output) => output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
