namespace LiteKube.Api.Apply;

/// <summary>What creates, updates and patches other than apply do to the ownership of fields.</summary>
public static class FieldTracking
{
    /// <summary>Updaters beyond these are put together under one name; also upstream's limit.</summary>
    private const int MostUpdaters = 10;

    private const string OldUpdaters = "ancient-changes";

    /// <summary>Which of metadata and above nobody owns: the server writes them, or they say which object it is.</summary>
    internal static FieldSet Unowned { get; } = MakeUnowned();

    /// <summary>The writer takes what it changed from all others, and keeps what it had.</summary>
    /// <returns>The same instance where nothing changed hands and the writer changed nothing.</returns>
    public static ManagedFields Update(ManagedFields managed, Comparison changes, FieldWriter writer, string time)
    {
        if (changes.IsEmpty)
            return managed;
        var changed = changes.Changed;
        var taken = changed.Union(changes.Removed);
        var given = changed.Difference(Unowned);
        var self = new FieldOwner(writer.Manager, false, writer.ApiVersion, writer.Subresource, time, given);
        var same = true;
        var owners = new List<FieldOwner>(managed.Owners.Count + 1);
        foreach (var owner in managed.Owners)
        {
            if (owner.IsSameAs(self))
            {
                if (!given.IsEmpty)
                    self = self with { Fields = owner.Fields.Difference(changes.Removed).Union(given) };
                else
                    self = owner with { Fields = owner.Fields.Difference(changes.Removed) };
                continue;
            }

            var left = owner.Fields.Difference(taken);
            same &= ReferenceEquals(left, owner.Fields);
            owners.Add(ReferenceEquals(left, owner.Fields) ? owner : owner with { Fields = left });
        }

        if (same && given.IsEmpty && managed.Owners.All(o => !o.IsSameAs(self) || ReferenceEquals(o.Fields, self.Fields)))
            return managed;
        owners.Add(self);
        return new ManagedFields(Cap(owners));
    }

    private static List<FieldOwner> Cap(List<FieldOwner> owners)
    {
        var updaters = owners.Count(o => !o.Applies);
        if (updaters <= MostUpdaters)
            return owners;
        var firsts = new Dictionary<string, FieldOwner>(StringComparer.Ordinal);
        foreach (var owner in owners.Where(o => !o.Applies).OrderBy(o => o.Time, StringComparer.Ordinal).ThenBy(o => o.Manager, StringComparer.Ordinal).ToArray())
        {
            if (updaters <= MostUpdaters)
                break;
            if (!firsts.TryGetValue(owner.ApiVersion, out var first))
            {
                firsts.Add(owner.ApiVersion, owner);
                continue;
            }

            var bucket = new FieldOwner(OldUpdaters, false, owner.ApiVersion, "", owner.Time, owner.Fields.Union(first.Fields));
            owners.Remove(owner);
            owners[owners.IndexOf(first)] = bucket;
            firsts[owner.ApiVersion] = bucket;
            updaters--;
        }

        return owners;
    }

    private static FieldSet MakeUnowned()
    {
        var metadata = FieldSet.OfFields("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion").WithSelf(true);
        var root = new FieldSetBuilder();
        root.Add(PathElement.Field("apiVersion"), FieldSet.Leaf);
        root.Add(PathElement.Field("kind"), FieldSet.Leaf);
        root.Add(PathElement.Field("metadata"), metadata);
        return root.Build();
    }
}
