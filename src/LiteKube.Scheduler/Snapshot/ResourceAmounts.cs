using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Scheduler.Snapshot;

/// <summary>Amounts of resources as plain numbers: CPU in thousandths of a core, everything else in its own unit.</summary>
internal sealed class ResourceAmounts
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string Storage = "ephemeral-storage";
    public const string Pods = "pods";

    private readonly Dictionary<string, long> _amounts = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, long>> All => _amounts;

    public long this[string name]
    {
        get => _amounts.GetValueOrDefault(name);
        set => _amounts[name] = value;
    }

    public static ResourceAmounts Of(IReadOnlyDictionary<string, Quantity> quantities)
    {
        var result = new ResourceAmounts();
        foreach (var (name, quantity) in quantities)
            result[name] = name == Cpu ? quantity.MilliValue : quantity.Value;
        return result;
    }

    public void Add(ResourceAmounts other, int sign = 1)
    {
        foreach (var (name, amount) in other._amounts)
            this[name] += sign * amount;
    }

    public void RaiseTo(ResourceAmounts other)
    {
        foreach (var (name, amount) in other._amounts)
            this[name] = Math.Max(this[name], amount);
    }

    public ResourceAmounts Copy()
    {
        var copy = new ResourceAmounts();
        copy.Add(this);
        return copy;
    }

    /// <summary>
    /// What a pod takes of its node: its app containers together with the sidecars, or the most that any init container takes together with the
    /// sidecars before it, whichever is more; and its overhead. Requests for the pod as a whole stand in place of the sum.
    /// (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers)
    /// </summary>
    public static ResourceAmounts RequestsOf(Pod pod)
    {
        var sidecars = new ResourceAmounts();
        var peak = new ResourceAmounts();
        foreach (var init in pod.Spec.InitContainers)
        {
            var requests = Of(init.Resources?.Requests ?? NoQuantities);
            if (init.RestartPolicy == "Always")
            {
                sidecars.Add(requests);
                peak.RaiseTo(sidecars);
            }
            else
            {
                requests.Add(sidecars);
                peak.RaiseTo(requests);
            }
        }

        var total = sidecars;
        foreach (var container in pod.Spec.Containers)
            total.Add(Of(container.Resources?.Requests ?? NoQuantities));
        total.RaiseTo(peak);
        if (pod.Spec.Resources is { } whole)
            foreach (var (name, amount) in Of(whole.Requests).All)
                total[name] = amount;
        total.Add(Of(pod.Spec.Overhead));
        return total;
    }

    private static readonly Dictionary<string, Quantity> NoQuantities = [];
}
