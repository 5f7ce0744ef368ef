using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>Compares pods with what was asked for: none lost, none doubled, each container started as often as it says.</summary>
internal sealed class PodsAtRest(FaultMachine machine, FaultLoad load)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    /// <summary>Waits until every pod is as it should be, then looks for what cannot become right by waiting.</summary>
    /// <returns>Containers that were compared.</returns>
    public async Task<int> VerifyAsync(ApiClient client)
    {
        await Eventually.Get("every pod is as its spec wants it", () => DifferencesAsync(client), d => d.Length == 0, s_limit);
        var pods = await PodsAsync(client);
        var compared = 0;
        foreach (var pod in load.Known)
        {
            if (!pods.TryGetValue(pod.Name, out var found))
            {
                if (pod.Acknowledged && !pod.DeletionSent)
                    throw new FaultException($"{pod.Name}: the pod is gone");
                load.Forget(pod);
                continue;
            }

            pod.Acknowledged = true;
            compared += await VerifyAsync(client, pod, found);
        }

        return compared;
    }

    private async Task<int> VerifyAsync(ApiClient client, FaultPod pod, JsonNode found)
    {
        var ids = new Dictionary<string, string>();
        foreach (var status in Statuses(found))
        {
            var name = (string)status["name"]!;
            var starts = StartsOf(pod, name);
            var restarts = (int)status["restartCount"]!;
            if (pod.Kind != FaultPodKind.Restarting && (starts != 1 || restarts != 0))
                throw new FaultException($"{pod.Name}/{name} ({pod.Kind}): started {starts} times, restarted {restarts} times: {status.ToJsonString()}");
            ids[name] = (string)status["containerID"]!;
            if (pod.Stays && pod.ContainerIds.TryGetValue(name, out var before) && before != ids[name])
                throw new FaultException($"{pod.Name}/{name}: was {before}, is {ids[name]}");
        }

        pod.ContainerIds = ids;
        if (pod.Stays)
        {
            foreach (var container in pod.Containers)
            {
                var marker = $"\0litekube-fault/{pod.Name}/{container}\0";
                var named = machine.Processes().Where(p => p.CommandLine.EndsWith(marker, StringComparison.Ordinal)).ToList();

                // A child has its parent's words until it runs its own program.
                var alive = named.Where(p => named.All(other => other.Id != p.Parent)).Select(p => p.Id).ToArray();
                if (alive.Length != 1)
                    throw new FaultException($"{pod.Name}/{container}: runs {alive.Length} times ({string.Join(", ", alive)})");
                // It speaks a moment after it is said to run.
                await Eventually.Get($"the log of {pod.Name}/{container}", async () => (string?)(await client.GetAsync($"{FaultLoad.Pods}/{pod.Name}/log?container={container}")).Body["text"], log => log == FaultPod.Says + "\n", s_limit);
            }
        }

        return ids.Count;
    }

    /// <summary>What is not yet as it should be.</summary>
    private async Task<string> DifferencesAsync(ApiClient client)
    {
        var pods = await PodsAsync(client);
        var wrong = new List<string>();
        foreach (var (name, pod) in pods)
        {
            if (pod["metadata"]!["deletionTimestamp"] is not null)
                wrong.Add($"{name} is still being deleted");
            else if (load.Known.FirstOrDefault(p => p.Name == name) is not { } known)
                throw new FaultException($"{name}: nobody made this pod");
            else if (Problem(known, pod) is { } problem)
                wrong.Add($"{name} ({known.Kind}): {problem}");
        }

        return string.Join("; ", wrong);
    }

    private string? Problem(FaultPod known, JsonNode pod)
    {
        var phase = (string?)pod["status"]!["phase"];
        var statuses = Statuses(pod).ToList();
        if (statuses.Count < known.Containers.Count + known.InitContainers.Count)
            return $"{statuses.Count} containers are told of in phase {phase}";
        switch (known.Kind)
        {
            case FaultPodKind.Done:
                return phase == "Succeeded" ? null : Shown();
            case FaultPodKind.Failing:
                return phase == "Failed" && (int?)statuses[0]["state"]!["terminated"]?["exitCode"] == FaultPod.FailingCode ? null : Shown();
            case FaultPodKind.Restarting:
                // It counts its starts while it is not between two of them.
                return phase == "Running" && StartsOf(known, "main") == (int)statuses[0]["restartCount"]! + 1 ? null : Shown() + $", started {StartsOf(known, "main")} times";
            default:
                // What runs has yet to do its first steps, of which the file of starts tells.
                return phase == "Running" && statuses.Where(s => known.Containers.Contains((string)s["name"]!)).All(s => s["state"]!["running"] is not null && (bool)s["ready"]! && StartsOf(known, (string)s["name"]!) > 0) ? null : Shown();
        }

        string Shown() => $"{phase}: {string.Join(' ', statuses.Select(s => s["state"]!.ToJsonString() + s["lastState"]?.ToJsonString()))}";
    }

    private int StartsOf(FaultPod pod, string container)
    {
        var file = Path.Combine(machine.Starts, pod.StartsOf(container));
        return File.Exists(file) ? File.ReadLines(file).Count() : 0;
    }

    private static IEnumerable<JsonNode> Statuses(JsonNode pod) =>
        ((pod["status"]!["containerStatuses"] as JsonArray) ?? []).Concat((pod["status"]!["initContainerStatuses"] as JsonArray) ?? []).Select(s => s!);

    private static async Task<Dictionary<string, JsonNode>> PodsAsync(ApiClient client) =>
        (await client.GetAsync(FaultLoad.Pods)).Expect(200).Items.ToDictionary(p => (string)p!["metadata"]!["name"]!, p => p!);
}
