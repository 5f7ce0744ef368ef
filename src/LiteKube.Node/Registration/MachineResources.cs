using LiteKube.Api;

namespace LiteKube.Node.Registration;

/// <summary>Capacity from the machine and the options, and what is left of it for pods.</summary>
internal static class MachineResources
{
    // The margins of upstream's hard eviction thresholds: memory.available < 100Mi, nodefs.available < 10 %.
    private const long MemoryMargin = 100L << 20;
    private const double DiskShare = 0.9;

    public static NodeResources Read(NodeOptions options)
    {
        Directory.CreateDirectory(options.RootDirectory);
        var memory = MachineInfo.Memory("MemTotal");
        var disk = new DriveInfo(options.RootDirectory).TotalSize;
        var capacity = new Dictionary<string, Quantity>(StringComparer.Ordinal)
        {
            ["cpu"] = Quantity.FromValue(MachineInfo.Processors()),
            ["memory"] = Quantity.FromBytes(memory),
            ["ephemeral-storage"] = Quantity.FromBytes(disk),
            ["pods"] = Quantity.FromValue(options.MaxPods),
        };
        foreach (var (resource, bytes) in MachineInfo.HugePages())
            capacity[resource] = Quantity.FromBytes(bytes);

        var allocatable = new Dictionary<string, Quantity>(capacity, StringComparer.Ordinal)
        {
            ["memory"] = Quantity.FromBytes(Math.Max(0, memory - MemoryMargin)),
            ["ephemeral-storage"] = Quantity.FromValue((long)(disk * DiskShare)),
        };
        foreach (var (resource, amount) in options.Capacity)
            capacity[resource] = allocatable[resource] = Quantity.Parse(amount);
        foreach (var (resource, amount) in options.Reserved)
        {
            var left = allocatable.GetValueOrDefault(resource) - Quantity.Parse(amount);
            allocatable[resource] = left < Quantity.Zero ? Quantity.Zero : left;
        }

        return new NodeResources(capacity, allocatable);
    }
}
