using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;

namespace LiteKube.Node.Status;

/// <summary>The conditions that the node keeps; all others are left as they are.</summary>
internal static class PodConditions
{
    private const string True = "True";
    private const string False = "False";

    public static IReadOnlyList<PodCondition> Build(PodSituation situation, PodStatus previous, string phase, IReadOnlyList<ApiContainerStatus> init, IReadOnlyList<ApiContainerStatus> app)
    {
        var pod = situation.Pod;
        var containersReady = ContainersReady(pod, phase, init, app);
        PodCondition[] own =
        [
            new() { Type = "PodReadyToStartContainers", Status = situation.SandboxReady ? True : False },
            Initialized(pod, phase, init, app),
            Ready(pod, phase, containersReady),
            containersReady,
            Scheduled(pod),
        ];
        var result = new List<PodCondition>(pod.Status.Conditions.Where(c => !own.Any(o => o.Type == c.Type)));
        foreach (var condition in own)
        {
            var old = previous.Conditions.FirstOrDefault(c => c.Type == condition.Type);
            result.Add(condition with
            {
                ObservedGeneration = pod.Metadata.Generation,
                LastTransitionTime = old is not null && old.Status == condition.Status && old.LastTransitionTime is not null ? old.LastTransitionTime : situation.Now,
            });
        }

        return result;
    }

    private static PodCondition Initialized(Pod pod, string phase, IReadOnlyList<ApiContainerStatus> init, IReadOnlyList<ApiContainerStatus> app)
    {
        if (phase == PodPhase.Succeeded)
            return new PodCondition { Type = "Initialized", Status = True, Reason = "PodCompleted" };
        var incomplete = new List<string>();
        for (var i = 0; i < init.Count; i++)
        {
            var done = pod.Spec.InitContainers[i].IsSidecar() ? init[i].Started == true || init[i].State?.Terminated is not null || init[i].LastState?.Terminated is not null : init[i].Ready;
            if (!done)
                incomplete.Add(init[i].Name);
        }

        // Initialization is behind a pod whose own containers have run, whatever became of the init containers since.
        if (incomplete.Count == 0 || app.Any(s => s.State?.Running is not null || s.LastState?.Terminated is not null))
            return new PodCondition { Type = "Initialized", Status = True };
        return new PodCondition { Type = "Initialized", Status = False, Reason = "ContainersNotInitialized", Message = $"containers with incomplete status: [{string.Join(' ', incomplete)}]" };
    }

    private static PodCondition ContainersReady(Pod pod, string phase, IReadOnlyList<ApiContainerStatus> init, IReadOnlyList<ApiContainerStatus> app)
    {
        var condition = new PodCondition { Type = "ContainersReady", Status = False };
        switch (phase)
        {
            case PodPhase.Succeeded:
                return condition with { Reason = "PodCompleted" };
            case PodPhase.Failed:
                return condition with { Reason = "PodFailed" };
        }

        var unready = init.Where((s, i) => pod.Spec.InitContainers[i].IsSidecar()).Concat(app).Where(s => !s.Ready).Select(s => s.Name).ToList();
        return unready.Count == 0 ? condition with { Status = True }
            : condition with { Reason = "ContainersNotReady", Message = $"containers with unready status: [{string.Join(' ', unready)}]" };
    }

    private static PodCondition Ready(Pod pod, string phase, PodCondition containersReady)
    {
        if (containersReady.Status != True)
            return containersReady with { Type = "Ready" };
        var failing = new List<string>();
        foreach (var gate in pod.Spec.ReadinessGates)
        {
            var condition = pod.Status.Conditions.FirstOrDefault(c => c.Type == gate.ConditionType);
            if (condition is null)
                failing.Add($"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist.");
            else if (condition.Status != True)
                failing.Add($"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {condition.Status}");
        }

        return failing.Count == 0 ? new PodCondition { Type = "Ready", Status = True }
            : new PodCondition { Type = "Ready", Status = False, Reason = "ReadinessGatesNotReady", Message = string.Join(", ", failing) };
    }

    /// <summary>The scheduler's; the node only says it for pods that came past the scheduler.</summary>
    private static PodCondition Scheduled(Pod pod) =>
        pod.Status.Conditions.FirstOrDefault(c => c.Type == "PodScheduled" && c.Status == True) is { } there ? there with { LastTransitionTime = null }
            : new PodCondition { Type = "PodScheduled", Status = True };
}
