using System.Collections.Concurrent;
using System.Text;
using LiteKube.Api.Apply;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Fields;

/// <summary>What a path cannot write, and so gives no ownership of: the status of an object that has the sub-resource, and all else through that.</summary>
internal static class ResetFields
{
    private const string SigningRequests = "certificatesigningrequests.certificates.k8s.io";

    private static readonly FieldSet s_status = FieldSet.OfFields("status");
    private static readonly FieldSet s_metadata = FieldSet.OfFields("metadata");

    /// <summary>Approvals come by their own path, certificates by the status.</summary>
    private static readonly FieldSet s_conditions = FieldSetCodec.Read("""{"f:status":{"f:conditions":{}}}"""u8);
    private static readonly FieldSet s_certificate = FieldSetCodec.Read("""{"f:status":{"f:certificate":{}}}"""u8);

    private static readonly ConcurrentDictionary<TypeSchema, FieldSet> s_ofStatus = new();

    public static FieldSet Of(ServedResource resource, string subresource) => subresource switch
    {
        "" => resource.Schema.Subresource("status") is null ? FieldSet.Empty : s_status,
        "status" => s_ofStatus.GetOrAdd(resource.Schema.Type, static (_, resource) => OfStatus(resource), resource),
        "approval" when resource.Type.GroupResource == SigningRequests => AllButStatus(resource.Schema.Type).Union(s_certificate),
        _ => FieldSet.Empty,
    };

    /// <summary>Of most kinds labels and annotations are written with either; where the status leaves them as they are, it does not come to own them.</summary>
    private static FieldSet OfStatus(ServedResource resource)
    {
        var reset = AllButStatus(resource.Schema.Type);
        var kept = resource.Strategy.KeptByStatus;
        if (kept.Contains("annotations"))
            return reset.Union(s_metadata);
        foreach (var member in kept)
            reset = reset.Union(FieldSetCodec.Read(Encoding.UTF8.GetBytes("{\"f:metadata\":{\"f:" + member + "\":{}}}")));
        return resource.Type.GroupResource == SigningRequests ? reset.Union(s_conditions) : reset;
    }

    private static FieldSet AllButStatus(TypeSchema type) =>
        FieldSet.OfFields(type.Ordered.Select(f => f.Name).Where(n => n is not ("apiVersion" or "kind" or "metadata" or "status")));
}
