using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins.Limits;

/// <summary>Gives containers the requests and limits that a LimitRange has for those who name none, and notes so in an annotation.</summary>
internal static class LimitDefaults
{
    private const string Annotation = "kubernetes.io/limit-ranger";

    public static void Apply(JsonObject pod, LimitRange range)
    {
        var (limits, requests) = Defaults(range);
        if (limits.Count == 0 && requests.Count == 0)
            return;
        var notes = new List<string>();
        var spec = pod.Grow("spec");
        foreach (var container in spec.Objects("containers"))
            Apply(container, "container", limits, requests, notes);
        foreach (var container in spec.Objects("initContainers"))
            Apply(container, "init container", limits, requests, notes);
        if (notes.Count > 0)
            pod.Grow("metadata").Grow("annotations")[Annotation] = $"LimitRanger plugin set: {string.Join("; ", notes)}";
    }

    // What an item does not say follows from what it does: the limit from the maximum, the request from the limit or else the minimum.
    private static (Dictionary<string, Quantity> Limits, Dictionary<string, Quantity> Requests) Defaults(LimitRange range)
    {
        var limits = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var requests = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var item in range.Spec.Limits.Where(l => l.Type == "Container"))
        {
            Take(limits, item.Default);
            Take(limits, item.Max);
            Take(requests, item.DefaultRequest);
            Take(requests, item.Default);
            Take(requests, item.Max);
            Take(requests, item.Min);
        }

        return (limits, requests);

        static void Take(Dictionary<string, Quantity> into, IReadOnlyDictionary<string, Quantity> from)
        {
            foreach (var (name, amount) in from)
                into.TryAdd(name, amount);
        }
    }

    private static void Apply(JsonObject container, string role, Dictionary<string, Quantity> limits, Dictionary<string, Quantity> requests, List<string> notes)
    {
        Apply(container, role, "requests", "request", requests, notes);
        Apply(container, role, "limits", "limit", limits, notes);
    }

    private static void Apply(JsonObject container, string role, string kind, string noun, Dictionary<string, Quantity> defaults, List<string> notes)
    {
        if (defaults.Count == 0)
            return;
        var amounts = container.Grow("resources").Grow(kind);
        var set = new List<string>();
        foreach (var (name, amount) in defaults)
        {
            if (amounts.Has(name))
                continue;
            amounts[name] = amount.ToString();
            set.Add(name);
        }

        if (set.Count > 0)
            notes.Add($"{string.Join(", ", set.Order(StringComparer.Ordinal))} {noun} for {role} {container.Text("name")}");
    }
}
