using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;

namespace LiteKube.Controllers.Tests;

/// <summary>All controllers on a fake API, and what the tests of several of them need.</summary>
internal static class ControllerCluster
{
    public const string Default = "default";

    public static Task<FakeCluster> StartAsync(Action<FakeApi>? before = null, Func<ControllerOptions, ControllerOptions>? options = null)
    {
        // Most tests have pods on a node that nobody made.
        var defaults = new ControllerOptions { RootCertificateAuthority = () => "the CA", MissingNodeGracePeriod = TimeSpan.FromDays(1) };
        return FakeCluster.StartAsync(s => s.AddControllers(options is null ? defaults : options(defaults)), before);
    }

    /// <summary>Waits until the namespace has what every namespace gets, and nothing more is written.</summary>
    public static async Task RestAsync(this FakeCluster cluster)
    {
        await cluster.UntilAsync(() => cluster.Api.Find<ServiceAccount>(Default, "default") is not null && cluster.Api.Find<ConfigMap>(Default, "kube-root-ca.crt") is not null, "the namespace has its own");
        await cluster.SettleAsync();
    }

    public static PodTemplateSpec Template(string app, string image = "web:1") => new()
    {
        Metadata = new ObjectMeta { Labels = Labels(app) },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = image }] },
    };

    public static Dictionary<string, string> Labels(string app) => new() { ["app"] = app };

    public static LabelSelector Selector(string app) => new() { MatchLabels = Labels(app) };

    public static IReadOnlyList<Pod> Pods(this FakeCluster cluster) => cluster.Api.All<Pod>(Default);

    public static IReadOnlyList<Pod> ActivePods(this FakeCluster cluster) => [.. cluster.Pods().Where(p => p.Metadata.DeletionTimestamp is null && p.Status.Phase is not ("Failed" or "Succeeded"))];

    /// <summary>Does a node agent's part: the pod runs and is ready.</summary>
    public static void MakeReady(this FakeCluster cluster, Pod pod, string ip = "10.42.0.9") => cluster.Api.Change<Pod>(pod.Metadata.Namespace, pod.Metadata.Name!, p => p with
    {
        Spec = p.Spec with { NodeName = p.Spec.NodeName ?? "node" },
        Status = p.Status with
        {
            Phase = "Running",
            PodIP = ip,
            PodIPs = [new PodIP { Ip = ip }],
            Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = cluster.Time.GetUtcNow() }],
        },
    });

    public static void MakeUnready(this FakeCluster cluster, Pod pod) => cluster.Api.Change<Pod>(pod.Metadata.Namespace, pod.Metadata.Name!, p => p with
    {
        Status = p.Status with { Conditions = [new PodCondition { Type = "Ready", Status = "False", LastTransitionTime = cluster.Time.GetUtcNow() }] },
    });

    /// <summary>Does a node agent's part: pods that were told to stop are gone.</summary>
    public static void FinishDeletions(this FakeCluster cluster)
    {
        foreach (var pod in cluster.Pods().Where(p => p.Metadata.DeletionTimestamp is not null && p.Metadata.Finalizers.Count == 0))
            cluster.Api.Delete<Pod>(pod.Metadata.Namespace, pod.Metadata.Name!, new DeleteOptions { GracePeriodSeconds = 0 });
    }

    /// <summary>Plays node agent until something is so: pods become ready, unless their image says otherwise, and stop when told.</summary>
    public static Task RunUntilAsync(this FakeCluster cluster, Func<bool> condition, string what) => cluster.UntilAsync(
        () =>
        {
            foreach (var pod in cluster.ActivePods())
                if (pod.Status.Phase != "Running" && !pod.Spec.Containers[0].Image!.EndsWith(":404", StringComparison.Ordinal))
                    cluster.MakeReady(pod);
            cluster.FinishDeletions();
            return condition();
        },
        what);
}
