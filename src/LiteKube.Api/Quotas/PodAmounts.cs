using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Quotas;

/// <summary>What pods ask for, read from their trees.</summary>
public static class PodAmounts
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
    /// What a whole pod asks for: what it states for itself, else its containers and sidecars together, or the most that its start needs, if that is more.
    /// (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers)
    /// </summary>
    /// <param name="kind"><c>requests</c> or <c>limits</c>.</param>
    public static Dictionary<string, Quantity> OfPod(JsonObject? spec, string kind)
    {
        var total = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in Containers(spec, "containers"))
            Add(total, Read(container.Object("resources").Object(kind)));
        var sidecars = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var start = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in Containers(spec, "initContainers"))
        {
            var own = Read(container.Object("resources").Object(kind));
            if (container.String("restartPolicy") == "Always")
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
        foreach (var (name, amount) in Read(spec.Object("resources").Object(kind)))
            total[name] = amount;
        Add(total, Read(spec.Object("overhead")));
        return total;
    }

    internal static IEnumerable<JsonObject> Containers(JsonObject? spec, string list) => spec.Array(list)?.OfType<JsonObject>() ?? [];

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
