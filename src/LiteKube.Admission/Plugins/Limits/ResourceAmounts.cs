using System.Text.Json.Nodes;
using LiteKube.Api;

namespace LiteKube.Admission.Plugins.Limits;

/// <summary>Amounts by resource name, read from requests or limits.</summary>
internal static class ResourceAmounts
{
    public static Dictionary<string, Quantity> Read(JsonObject? amounts)
    {
        var read = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, value) in amounts ?? [])
        {
            if (value is JsonValue && Quantity.TryParse(value.ToString(), out var amount))
                read[name] = amount;
        }

        return read;
    }

    /// <summary>
    /// What a whole pod asks for: its containers and sidecars together, or the most that its start needs, if that is more.
    /// (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers)
    /// </summary>
    /// <param name="kind"><c>requests</c> or <c>limits</c>.</param>
    public static Dictionary<string, Quantity> OfPod(JsonObject? spec, string kind)
    {
        var total = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in spec.Objects("containers"))
            Add(total, Read(container.Child("resources").Child(kind)));
        var sidecars = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var start = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in spec.Objects("initContainers"))
        {
            var own = Read(container.Child("resources").Child(kind));
            if (container.Text("restartPolicy") == "Always")
            {
                Add(total, own);
                Add(sidecars, own);
                Raise(start, sidecars);
                continue;
            }

            Add(own, sidecars);
            Raise(start, own);
        }

        Raise(total, start);
        Add(total, Read(spec.Child("overhead")));
        return total;
    }

    private static void Add(Dictionary<string, Quantity> total, Dictionary<string, Quantity> more)
    {
        foreach (var (name, amount) in more)
            total[name] = total.TryGetValue(name, out var present) ? present + amount : amount;
    }

    private static void Raise(Dictionary<string, Quantity> total, Dictionary<string, Quantity> least)
    {
        foreach (var (name, amount) in least)
        {
            if (!total.TryGetValue(name, out var present) || present < amount)
                total[name] = amount;
        }
    }
}
