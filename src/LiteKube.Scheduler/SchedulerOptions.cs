using LiteKube.Client;

namespace LiteKube.Scheduler;

public sealed record SchedulerOptions
{
    public ClientIdentity Identity { get; init; } = new("system:kube-scheduler");

    /// <summary>Pods that ask for another scheduler by name are left to it.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>The pause after a pod's first failed attempt; it doubles up to <see cref="MaxBackoff"/>.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A pod that nothing has woken for so long is tried again, in case an event that would help is not known to.</summary>
    public TimeSpan UnschedulableRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Breaks ties between nodes of equal score. A seed makes runs repeatable.</summary>
    public Func<Random> Random { get; init; } = static () => new Random();
}
