using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>Gives a definition those of its names that no other definition of its group has, and says so in its status.</summary>
internal static class NameAcceptance
{
    private const string ApprovalAnnotation = "api-approved.kubernetes.io";

    /// <param name="definition">Its status is changed.</param>
    /// <param name="others">Every other definition.</param>
    /// <returns>Whether the status changed.</returns>
    public static bool Settle(JsonObject definition, IEnumerable<JsonObject> others, string now)
    {
        var group = definition.Object("spec").String("group");
        var (resources, kinds) = Taken(others.Where(o => o.Object("spec").String("group") == group));
        var wanted = definition.Object("spec").Object("names")!;
        var status = definition.ObjectOrNew("status");
        var accepted = status.Object("acceptedNames") ?? [];
        var names = (JsonObject)accepted.DeepClone();
        var verdict = new DefinitionCondition("NamesAccepted", true, "NoConflicts", "no conflicts found");

        Claim("plural", resources, "PluralConflict");
        Claim("singular", resources, "SingularConflict");
        ClaimShortNames();
        Claim("kind", kinds, "KindConflict");
        Claim("listKind", kinds, "ListKindConflict");
        SetOrRemove(names, "categories", wanted["categories"]);

        var changed = !JsonNode.DeepEquals(names, accepted);
        if (changed)
            status["acceptedNames"] = names;
        changed |= DefinitionConditions.Set(status, verdict, now);
        if (!DefinitionConditions.IsTrue(definition, "Established"))
        {
            changed |= DefinitionConditions.Set(
                status,
                verdict.Holds
                    ? new DefinitionCondition("Established", true, "InitialNamesAccepted", "the initial names have been accepted")
                    : new DefinitionCondition("Established", false, "NotAccepted", "not all names are accepted"),
                now);
        }

        if (Approval(definition, group ?? "") is { } approval)
            changed |= DefinitionConditions.Set(status, approval, now);
        return changed;

        void Claim(string name, HashSet<string> taken, string reason)
        {
            var value = wanted.String(name) ?? "";
            if (value.Length == 0 || value == accepted.String(name))
                return;
            if (taken.Contains(value))
                verdict = new DefinitionCondition("NamesAccepted", false, reason, $"\"{value}\" is already in use");
            else
                names[name] = value;
        }

        void ClaimShortNames()
        {
            var present = (accepted.Array("shortNames") ?? []).Select(n => n.AsString()).ToHashSet();
            var conflicts = (wanted.Array("shortNames") ?? []).Select(n => n.AsString() ?? "").Where(n => !present.Contains(n) && resources.Contains(n)).ToArray();
            if (conflicts.Length == 0)
            {
                SetOrRemove(names, "shortNames", wanted["shortNames"]);
                return;
            }

            var said = conflicts.Select(n => $"\"{n}\" is already in use").ToArray();
            verdict = new DefinitionCondition("NamesAccepted", false, "ShortNamesConflict", said.Length == 1 ? said[0] : $"[{string.Join(", ", said)}]");
        }
    }

    private static (HashSet<string> Resources, HashSet<string> Kinds) Taken(IEnumerable<JsonObject> others)
    {
        var resources = new HashSet<string>(StringComparer.Ordinal);
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in others)
        {
            var names = other.Object("status").Object("acceptedNames");
            foreach (var name in (ReadOnlySpan<string>)["plural", "singular"])
                if (names.String(name) is { Length: > 0 } value)
                    resources.Add(value);
            foreach (var name in names.Array("shortNames") ?? [])
                resources.Add(name.AsString() ?? "");
            foreach (var name in (ReadOnlySpan<string>)["kind", "listKind"])
                if (names.String(name) is { Length: > 0 } value)
                    kinds.Add(value);
        }

        return (resources, kinds);
    }

    // Groups of the Kubernetes project are for APIs that it has reviewed. (https://github.com/kubernetes/enhancements/pull/1111)
    private static DefinitionCondition? Approval(JsonObject definition, string group)
    {
        if (!IsProtected(group))
            return null;
        const string type = "KubernetesAPIApprovalPolicyConformant";
        var value = definition.Object("metadata").Object("annotations").String(ApprovalAnnotation) ?? "";
        if (value.Length == 0)
            return new DefinitionCondition(type, false, "MissingAnnotation", $"protected groups must have approval annotation \"{ApprovalAnnotation}\", see https://github.com/kubernetes/enhancements/pull/1111");
        if (value.StartsWith("unapproved", StringComparison.Ordinal))
            return new DefinitionCondition(type, false, "UnapprovedAnnotation", $"not approved: \"{value}\"");
        return Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Host.Length > 0
            ? new DefinitionCondition(type, true, "ApprovedAnnotation", $"approved in {value}")
            : new DefinitionCondition(type, false, "InvalidAnnotation", $"protected groups must have approval annotation \"{ApprovalAnnotation}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111");
    }

    private static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    private static void SetOrRemove(JsonObject target, string name, JsonNode? value)
    {
        if (value is JsonArray { Count: > 0 })
            target[name] = value.DeepClone();
        else
            target.Remove(name);
    }
}
