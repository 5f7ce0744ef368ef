using System.Text.Json.Nodes;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

internal enum FaultPodKind
{
    Server,
    Pair,
    SharedProcesses,
    Probed,
    SlowToStop,
    Done,
    Failing,
    Restarting,
}

/// <summary>A pod of the run, what it is made of, and what is known of it. Each of its containers adds a line to a file of the host when it starts.</summary>
internal sealed class FaultPod(string name, FaultPodKind kind, string image)
{
    public const int FailingCode = 3;
    public const string Says = "up";

    /// <summary>By which a command in a container is told from all others.</summary>
    public const string SleptByCommands = "98765";

    private const string Stay = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";
    private const string StayOn = "trap '' TERM; while :; do sleep 1; done";

    public string Name => name;

    public FaultPodKind Kind => kind;

    /// <summary>Its deletion was asked for; whether the server heard is not always known.</summary>
    public bool DeletionSent { get; set; }

    /// <summary>The server said that the pod is there.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>Container ids by name, as they were when the machine was last at rest: what runs keeps its own.</summary>
    public Dictionary<string, string> ContainerIds { get; set; } = [];

    public bool Stays => kind is not (FaultPodKind.Done or FaultPodKind.Failing or FaultPodKind.Restarting);

    /// <summary>Where the containers' file of starts is, in a directory that all pods share.</summary>
    public string StartsOf(string container) => $"{name}.{container}";

    public IReadOnlyList<string> Containers => kind is FaultPodKind.Pair or FaultPodKind.SharedProcesses ? ["main", "second"] : ["main"];

    public IReadOnlyList<string> InitContainers => kind is FaultPodKind.Done or FaultPodKind.Server ? ["first"] : [];

    public string Manifest(string startsDirectory)
    {
        var script = kind switch
        {
            FaultPodKind.Done => "true",
            FaultPodKind.Failing => $"exit {FailingCode}",
            FaultPodKind.Restarting => "sleep 0.3",
            FaultPodKind.SlowToStop => StayOn,
            _ => Stay,
        };
        var spec = new JsonObject
        {
            ["restartPolicy"] = kind is FaultPodKind.Done or FaultPodKind.Failing ? "Never" : "Always",
            ["terminationGracePeriodSeconds"] = kind == FaultPodKind.SlowToStop ? 2 : 20,
            ["containers"] = new JsonArray([.. Containers.Select(c => Container(c, script))]),
            ["initContainers"] = new JsonArray([.. InitContainers.Select(c => Container(c, "true"))]),
            ["volumes"] = new JsonArray(
                new JsonObject { ["name"] = "starts", ["hostPath"] = new JsonObject { ["path"] = startsDirectory } },
                new JsonObject { ["name"] = "memory", ["emptyDir"] = new JsonObject { ["medium"] = "Memory" } }),
        };
        if (kind == FaultPodKind.SharedProcesses)
            spec["shareProcessNamespace"] = true;
        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec }.ToJsonString();
    }

    private JsonObject Container(string container, string script)
    {
        var result = new JsonObject
        {
            ["name"] = container,
            ["image"] = image,
            ["imagePullPolicy"] = "IfNotPresent",
            ["command"] = new JsonArray("sh", "-c", $"echo start >>/starts/{StartsOf(container)}; echo {Says}; {script}", $"litekube-fault/{name}/{container}"),
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "starts", ["mountPath"] = "/starts" },
                new JsonObject { ["name"] = "memory", ["mountPath"] = "/memory" }),
        };
        if (kind == FaultPodKind.Probed)
            result["livenessProbe"] = new JsonObject { ["exec"] = new JsonObject { ["command"] = new JsonArray("true") }, ["periodSeconds"] = 1, ["timeoutSeconds"] = 60 };
        return result;
    }
}
