using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>
/// A pod's spec is what its containers run by, so little of it may change: images, the deadline (to a lower one), more tolerations, a
/// negative grace period, fewer scheduling gates and, while gated, a narrower node selector. (https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement)
/// </summary>
internal static class PodUpdateRules
{
    private const string Words = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static void Update(FieldErrors errors, JsonObject pod, JsonObject old)
    {
        if (pod.Object("spec") is not { } spec || old.Object("spec") is not { } before)
            return;
        var path = FieldPath.Root.Child("spec");
        if (JsonNode.DeepEquals(spec, before))
            return;
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
            if ((spec.Array(list)?.Count ?? 0) != (before.Array(list)?.Count ?? 0))
            {
                errors.Add(FieldError.Forbidden(path.Child(list), list == "containers" ? "pod updates may not add or remove containers" : "pod updates may not add or remove initContainers"));
                return;
            }

        Deadline(errors, spec, before, path.Child("activeDeadlineSeconds"));
        Tolerations(errors, spec, before, path.Child("tolerations"));
        Gates(errors, spec, before, path.Child("schedulingGates"));

        // What may change is made the same; the rest must be.
        var allowed = (JsonObject)before.DeepClone();
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
            for (var i = 0; i < spec.Array(list)?.Count; i++)
                Copy(spec.Array(list)![i] as JsonObject, allowed.Array(list)![i] as JsonObject, "image");
        foreach (var name in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "schedulingGates"])
            Copy(spec, allowed, name);
        if (before.Long("terminationGracePeriodSeconds") < 0 && spec.Long("terminationGracePeriodSeconds") == 1)
            Copy(spec, allowed, "terminationGracePeriodSeconds");
        if (before.Array("schedulingGates") is { Count: > 0 })
            foreach (var name in (ReadOnlySpan<string>)["nodeSelector", "affinity"])
                Copy(spec, allowed, name);
        if (!JsonNode.DeepEquals(allowed, spec))
            errors.Add(FieldError.Forbidden(path, Words + Difference(allowed, spec)));
    }

    private static void Deadline(FieldErrors errors, JsonObject spec, JsonObject before, FieldPath path)
    {
        if (before.Long("activeDeadlineSeconds") is not { } old)
            return;
        if (spec.Long("activeDeadlineSeconds") is not { } now)
            errors.Add(FieldError.Invalid(path, (JsonNode?)null, "must not update from a positive integer to nil value"));
        else if (now > old)
            errors.Add(FieldError.Invalid(path, now, "must be less than or equal to previous value"));
    }

    private static void Tolerations(FieldErrors errors, JsonObject spec, JsonObject before, FieldPath path)
    {
        foreach (var old in before.Array("tolerations") ?? [])
        {
            var kept = false;
            foreach (var toleration in spec.Array("tolerations") ?? [])
                kept |= SameButSeconds(toleration as JsonObject, old as JsonObject);
            if (!kept)
            {
                errors.Add(FieldError.Forbidden(path, "existing toleration can not be modified except its tolerationSeconds"));
                return;
            }
        }
    }

    private static void Gates(FieldErrors errors, JsonObject spec, JsonObject before, FieldPath path)
    {
        foreach (var (i, gate) in spec.Items("schedulingGates"))
            if (!before.Items("schedulingGates").Any(old => old.Item.String("name") == gate.String("name")))
                errors.Add(FieldError.Forbidden(path.Index(i), "only deletion is allowed, but found new scheduling gate '" + gate.String("name") + "'"));
    }

    private static bool SameButSeconds(JsonObject? left, JsonObject? right)
    {
        foreach (var name in (ReadOnlySpan<string>)["key", "operator", "value", "effect"])
            if ((left.String(name) ?? "") != (right.String(name) ?? ""))
                return false;
        return true;
    }

    // Names the members that differ, so that the answer says what to take back.
    private static string Difference(JsonObject allowed, JsonObject spec)
    {
        var names = allowed.Select(m => m.Key).Union(spec.Select(m => m.Key)).Where(name => !FieldRules.Same(allowed, spec, name));
        return "\nchanged: " + string.Join(", ", names.Select(n => "spec." + n));
    }

    private static void Copy(JsonObject? from, JsonObject? to, string name)
    {
        if (from is null || to is null)
            return;
        if (from.TryGetPropertyValue(name, out var value))
            to[name] = value?.DeepClone();
        else
            to.Remove(name);
    }
}
