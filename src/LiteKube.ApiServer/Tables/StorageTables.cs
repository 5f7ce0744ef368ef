using LiteKube.Api.Resource.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>Drivers, what they attach, and devices.</summary>
internal static class StorageTables
{
    public static Table<CSIDriver> Drivers { get; } = new(
        new("Name", d => d.Metadata.Name, format: "name"),
        new("AttachRequired", d => d.Spec.AttachRequired ?? true, type: "boolean"),
        new("PodInfoOnMount", d => d.Spec.PodInfoOnMount ?? false, type: "boolean"),
        new("StorageCapacity", d => d.Spec.StorageCapacity ?? false, type: "boolean"),
        new("TokenRequests", d => d.Spec.TokenRequests.Count == 0 ? Shown.Unset : string.Join(',', d.Spec.TokenRequests.Select(t => t.Audience))),
        new("RequiresRepublish", d => d.Spec.RequiresRepublish ?? false, type: "boolean"),
        new("Modes", d => d.Spec.VolumeLifecycleModes.Count == 0 ? Shown.None : string.Join(',', d.Spec.VolumeLifecycleModes)),
        new("Age", (d, c) => Ages.Of(d.Metadata.CreationTimestamp, c)));

    public static Table<CSINode> DriverNodes { get; } = new(
        new("Name", n => n.Metadata.Name, format: "name"),
        new("Drivers", n => (long)n.Spec.Drivers.Count, type: "integer"),
        new("Age", (n, c) => Ages.Of(n.Metadata.CreationTimestamp, c)));

    public static Table<CSIStorageCapacity> Capacities { get; } = new(
        new("Name", s => s.Metadata.Name, format: "name"),
        new("StorageClassName", s => s.StorageClassName),
        new("Capacity", s => s.Capacity is { } capacity ? capacity.ToString() : Shown.Unset));

    public static Table<VolumeAttachment> Attachments { get; } = new(
        new("Name", a => a.Metadata.Name, format: "name"),
        new("Attacher", a => a.Spec.Attacher, format: "name"),
        new("PV", a => a.Spec.Source.PersistentVolumeName ?? ""),
        new("Node", a => a.Spec.NodeName),
        new("Attached", a => a.Status.Attached, type: "boolean"),
        new("Age", (a, c) => Ages.Of(a.Metadata.CreationTimestamp, c)));

    public static Table<VolumeAttributesClass> AttributesClasses { get; } = new(
        new("Name", v => v.Metadata.Name, format: "name"),
        new("DriverName", v => v.DriverName),
        new("Age", (v, c) => Ages.Of(v.Metadata.CreationTimestamp, c)));

    public static Table<ResourceClaim> Claims { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("State", r => State(r)),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)));

    public static Table<ResourceSlice> Slices { get; } = new(
        new("Name", s => s.Metadata.Name, format: "name"),
        new("Node", s => s.Spec.NodeName ?? ""),
        new("Driver", s => s.Spec.Driver),
        new("Pool", s => s.Spec.Pool.Name),
        new("Age", (s, c) => Ages.Of(s.Metadata.CreationTimestamp, c)));

    private static string State(ResourceClaim claim)
    {
        var states = new List<string>();
        if (claim.Metadata.DeletionTimestamp is not null)
            states.Add("deleted");
        if (claim.Status.Allocation is null && claim.Metadata.DeletionTimestamp is null)
            states.Add("pending");
        if (claim.Status.Allocation is not null)
            states.Add("allocated");
        if (claim.Status.ReservedFor.Count > 0)
            states.Add("reserved");
        return string.Join(',', states);
    }
}
