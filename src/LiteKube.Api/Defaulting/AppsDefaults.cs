using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>How workloads roll out. The numbers of a rolling update are given only where it is one.</summary>
internal static class AppsDefaults
{
    private const string RollingUpdate = "RollingUpdate";

    public static void DeploymentStrategy(JsonObject strategy)
    {
        if (Rolling(strategy) is not { } rolling)
            return;
        if (!rolling.Has("maxUnavailable"))
            rolling["maxUnavailable"] = "25%";
        if (!rolling.Has("maxSurge"))
            rolling["maxSurge"] = "25%";
    }

    public static void DaemonSetUpdateStrategy(JsonObject strategy)
    {
        if (Rolling(strategy) is not { } rolling)
            return;
        if (!rolling.Has("maxUnavailable"))
            rolling["maxUnavailable"] = 1;
        if (!rolling.Has("maxSurge"))
            rolling["maxSurge"] = 0;
    }

    public static void StatefulSetUpdateStrategy(JsonObject strategy)
    {
        // Here only a strategy that is not given at all gets the numbers of a rolling update.
        var rolling = string.IsNullOrEmpty(strategy.String("type")) ? Rolling(strategy) : strategy.String("type") == RollingUpdate ? strategy.Object("rollingUpdate") : null;
        if (rolling is not null && !rolling.Has("partition"))
            rolling["partition"] = 0;
    }

    private static JsonObject? Rolling(JsonObject strategy)
    {
        if (string.IsNullOrEmpty(strategy.String("type")))
            strategy["type"] = RollingUpdate;
        return strategy.String("type") == RollingUpdate ? strategy.ObjectOrNew("rollingUpdate") : null;
    }
}
