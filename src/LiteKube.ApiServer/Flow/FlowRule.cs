using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Security;

namespace LiteKube.ApiServer.Flow;

/// <summary>One FlowSchema and the level it leads to.</summary>
internal sealed class FlowRule(FlowSchema schema, PriorityLevel level)
{
    private readonly string _method = schema.Spec.DistinguisherMethod?.Type ?? "";
    private readonly uint _nameHash = (uint)(schema.Metadata.Name ?? "").GetHashCode();

    public string Name { get; } = schema.Metadata.Name ?? "";

    public string Uid { get; } = schema.Metadata.Uid ?? "";

    public PriorityLevel Level { get; } = level;

    public FlowSchema Schema { get; } = schema;

    /// <summary>Which flow of this schema a request belongs to: its user's, its namespace's, or the one there is.</summary>
    public ulong FlowOf(in FlowRequest request)
    {
        var distinguisher = _method switch { "ByUser" => request.User.Name, "ByNamespace" => request.Namespace, _ => "" };
        // Hashes of strings differ from process to process, so that nobody can aim at another's queues.
        return Mix(((ulong)_nameHash << 32) | (uint)distinguisher.GetHashCode());
    }

    // The hands are dealt from every bit, and two hashes side by side are not mixed.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
