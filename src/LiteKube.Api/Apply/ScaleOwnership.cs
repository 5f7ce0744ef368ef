namespace LiteKube.Api.Apply;

/// <summary>
/// Ownership seen through the scale sub-resource, which knows one field of its parent, the replicas, by another path and version.
/// </summary>
/// <param name="ApiVersion">Of the parent.</param>
/// <param name="Replicas">Where the parent has its replicas, as names: <c>spec</c>, <c>replicas</c>.</param>
public sealed record ScaleOwnership(string ApiVersion, IReadOnlyList<string> Replicas)
{
    private const string ScaleVersion = "autoscaling/v1";

    private static readonly string[] s_inScale = ["f:spec", "f:replicas"];
    private static readonly FieldSet s_scaled = Path(s_inScale);

    private readonly string[] _path = [.. Replicas.Select(PathElement.Field)];

    /// <summary>Who owns the replicas, as owners of the scale.</summary>
    public ManagedFields ToScale(ManagedFields parent) =>
        new(parent.Owners.Where(o => o.Fields.Has(_path)).Select(o => o with { ApiVersion = ScaleVersion, Fields = s_scaled }));

    /// <summary>The parent's owners after the scale's have changed: who lost the replicas there loses them here.</summary>
    public ManagedFields ToParent(ManagedFields parent, ManagedFields scale)
    {
        var replicas = Path(_path);
        var left = scale.Owners.Where(o => o.Fields.Has(s_inScale)).ToList();
        var owners = new List<FieldOwner>();
        foreach (var owner in parent.Owners)
        {
            if (!owner.Fields.Has(_path))
            {
                owners.Add(owner);
                continue;
            }

            var kept = left.FindIndex(o => o.Manager == owner.Manager && o.Applies == owner.Applies && o.Subresource == owner.Subresource);
            owners.Add(kept < 0 ? owner with { Fields = owner.Fields.Difference(replicas) } : owner with { Time = left[kept].Time });
            if (kept >= 0)
                left.RemoveAt(kept);
        }

        owners.AddRange(left.Select(o => o with { ApiVersion = ApiVersion, Fields = replicas }));
        return new ManagedFields(owners);
    }

    private static FieldSet Path(string[] path)
    {
        var set = FieldSet.Leaf;
        for (var i = path.Length - 1; i >= 0; i--)
            set = FieldSet.Node(false, [path[i]], [set]);
        return set;
    }
}
