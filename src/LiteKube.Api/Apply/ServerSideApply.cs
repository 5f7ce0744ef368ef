using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>
/// Applies a configuration to an object: merges it in, takes away what its manager applied before and no longer does and nobody else owns, and settles
/// who owns what. (https://kubernetes.io/docs/reference/using-api/server-side-apply/)
/// </summary>
/// <param name="Type">Of the object; null: without a schema.</param>
/// <param name="Writer">Who applies.</param>
/// <param name="Force">Take fields that others own.</param>
/// <param name="Ignored">Fields that this path cannot write, and so does not own.</param>
/// <param name="Time">RFC 3339 in UTC.</param>
public sealed record ServerSideApply(TypeSchema? Type, FieldWriter Writer, bool Force, FieldSet Ignored, string Time)
{
    /// <summary>What objects that were never tracked are owned by when they are first applied to.</summary>
    private const string BeforeFirstApply = "before-first-apply";

    private const string Kubectl = "kubectl";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>All annotations of an object together; also upstream's limit.</summary>
    private const int MostAnnotationBytes = 256 * 1024;

    /// <param name="live">Stays as it is. Without managed fields; an object that is to be created has only apiVersion, kind and metadata.name.</param>
    /// <param name="creates">There is no such object yet.</param>
    /// <returns>The object as it shall be, and who then owns what.</returns>
    /// <exception cref="ApiException">BadRequest: the configuration doesn't fit its type. Conflict: others own what it sets, by field.</exception>
    public (JsonObject Object, ManagedFields Managed) Apply(JsonObject live, JsonObject configuration, ManagedFields managed, bool creates)
    {
        Check(configuration, "patch");
        if (managed.IsEmpty && !creates)
            managed = FieldTracking.Update(managed, TreeCompare.Compare([], live, Type).Without(Ignored), Writer with { Manager = BeforeFirstApply }, Time);

        var fields = FieldsOf.Configuration(configuration, Type).Without(Ignored).Difference(FieldTracking.Unowned);
        var self = new FieldOwner(Writer.Manager, true, Writer.ApiVersion, Writer.Subresource, Time, fields);
        var last = managed.Owners.FirstOrDefault(o => o.IsSameAs(self));
        var others = managed.Owners.Where(o => !o.IsSameAs(self)).ToArray();

        var merged = TreeMerge.Merge((JsonObject)live.DeepClone(), configuration, Type);
        if (last is not null)
            merged = Pruned(merged, last.Fields, others.Aggregate(fields, (all, o) => all.Union(o.Fields)));
        var changes = TreeCompare.Compare(live, merged, Type).Without(Ignored);
        var changed = changes.Changed;
        CheckConflicts(live, others, changed);
        if (last is not null && changes.IsEmpty && fields.Equals(last.Fields))
            self = self with { Time = last.Time };

        var taken = changed.Union(changes.Removed);
        var result = new ManagedFields(others.Select(o => o with { Fields = o.Fields.Difference(taken) }).Append(self));
        KeepLastApplied(merged, configuration);
        return (merged, result);
    }

    private void Check(JsonObject configuration, string what)
    {
        if (ConfigurationCheck.Errors(configuration, Type) is not { } errors)
            return;
        var metadata = configuration.Object("metadata");
        var apiVersion = configuration.String("apiVersion") ?? "";
        throw new ApiException(StatusReason.BadRequest,
            $"failed to create typed {what} object ({metadata.String("namespace")}/{metadata.String("name")}; {apiVersion}, Kind={configuration.String("kind")}): {errors}");
    }

    /// <summary>Without the fields of the last set that are in none of the present ones.</summary>
    private JsonObject Pruned(JsonObject merged, FieldSet last, FieldSet owned)
    {
        if (last.Difference(owned).IsEmpty)
            return merged;
        var lastFields = TreePrune.WithStructures(last, Type);
        var ownedFields = TreePrune.WithStructures(owned, Type);
        var all = FieldsIn(merged);
        var removed = all.Difference(FieldsIn(Without(merged, lastFields))).Difference(ownedFields);

        // Not what happened to be inside of what goes: only what was applied before.
        var kept = FieldsIn(Without(merged, removed));
        TreePrune.Remove(merged, all.Difference(kept).Intersection(lastFields), Type);
        return merged;
    }

    private FieldSet FieldsIn(JsonObject tree) => TreePrune.WithStructures(FieldsOf.Configuration(tree, Type), Type);

    private JsonObject Without(JsonObject tree, FieldSet fields)
    {
        var copy = (JsonObject)tree.DeepClone();
        TreePrune.Remove(copy, fields, Type);
        return copy;
    }

    private void CheckConflicts(JsonObject live, FieldOwner[] others, FieldSet changed)
    {
        if (Force || changed.IsEmpty)
            return;
        var conflicts = others.Select(o => o with { Fields = o.Fields.Intersection(changed) }).Where(o => !o.Fields.IsEmpty).ToArray();
        if (conflicts.Length == 0)
            return;
        if (Writer.Manager == Kubectl && UpgradedFields(live) is { } upgraded)
            conflicts = [.. conflicts.Select(o => o with { Fields = o.Fields.Difference(upgraded) }).Where(o => !o.Fields.IsEmpty)];
        if (conflicts.Length > 0)
            throw ApplyConflict.Of(conflicts);
    }

    /// <summary>What kubectl applied client-side and has not changed since: it moves to server-side apply without a conflict.</summary>
    private FieldSet? UpgradedFields(JsonObject live)
    {
        if (live.Object("metadata").Object("annotations").String(LastApplied) is not { Length: > 0 } text)
            return null;
        try
        {
            var applied = JsonTree.Parse(Encoding.UTF8.GetBytes(text));
            if (applied.String("apiVersion") != Writer.ApiVersion || ConfigurationCheck.Errors(applied, Type) is not null)
                return null;
            var differs = TreeCompare.Compare(applied, live, Type);
            return FieldsOf.Configuration(applied, Type).Difference(differs.Changed).Difference(differs.Removed);
        }
        catch (ApiException)
        {
            // Anybody may write the annotation; one that is not JSON upgrades nothing.
            return null;
        }
    }

    /// <summary>Lets a client-side apply after this one know what was applied.</summary>
    private void KeepLastApplied(JsonObject merged, JsonObject configuration)
    {
        if (Writer.Manager != Kubectl || merged.Object("metadata").Object("annotations") is not { } annotations || !annotations.ContainsKey(LastApplied))
            return;
        var applied = (JsonObject)configuration.DeepClone();
        applied.Object("metadata").Object("annotations")?.Remove(LastApplied);
        var text = Encoding.UTF8.GetString(JsonTree.Write(applied)) + "\n";
        annotations[LastApplied] = text.Length + annotations.Sum(a => a.Key.Length) <= MostAnnotationBytes ? text : "";
    }
}
