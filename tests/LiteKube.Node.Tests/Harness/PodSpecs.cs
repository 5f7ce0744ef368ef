using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Node.Tests.Harness;

internal static class PodSpecs
{
    public static Pod Pod(string name, params Container[] containers) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodSpec { Containers = containers.Length > 0 ? containers : [Container("app")], RestartPolicy = "Always", TerminationGracePeriodSeconds = 30, EnableServiceLinks = true },
    };

    public static Container Container(string name) => new() { Name = name, Image = "app:1", ImagePullPolicy = "IfNotPresent" };

    public static Container Sidecar(string name) => Container(name) with { RestartPolicy = "Always" };

    public static Pod With(this Pod pod, Func<PodSpec, PodSpec> change) => pod with { Spec = change(pod.Spec) };

    public static Probe Probe(string name, int period = 1, int failures = 1, int successes = 1, int delay = 0) => new()
    {
        Exec = new ExecAction { Command = [name] },
        PeriodSeconds = period,
        FailureThreshold = failures,
        SuccessThreshold = successes,
        InitialDelaySeconds = delay,
        TimeoutSeconds = 1,
    };

    public static PodCondition? Condition(this PodStatus status, string type) => status.Conditions.FirstOrDefault(c => c.Type == type);

    public static bool Is(this PodStatus status, string type, string value) => status.Condition(type)?.Status == value;
}
