using System.Collections.Concurrent;
using LiteKube.Api.Apply;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Fields;

/// <summary>What a path cannot write, and so gives no ownership of: the status of an object that has the sub-resource, and all else through that.</summary>
internal static class ResetFields
{
    private static readonly FieldSet s_status = FieldSet.OfFields("status");
    private static readonly FieldSet s_metadata = FieldSet.OfFields("metadata");
    private static readonly ConcurrentDictionary<TypeSchema, FieldSet> s_allButStatus = new();

    public static FieldSet Of(ServedResource resource, string subresource) => subresource switch
    {
        "" => resource.Schema.Subresource("status") is null ? FieldSet.Empty : s_status,
        "status" when resource.Strategy.KeptByStatus.Contains("annotations") => s_allButStatus.GetOrAdd(resource.Schema.Type, type => AllButStatus(type).Union(s_metadata)),
        "status" => s_allButStatus.GetOrAdd(resource.Schema.Type, AllButStatus),
        _ => FieldSet.Empty,
    };

    /// <summary>Of most kinds labels and annotations are written with either.</summary>
    private static FieldSet AllButStatus(TypeSchema type) =>
        FieldSet.OfFields(type.Ordered.Select(f => f.Name).Where(n => n is not ("apiVersion" or "kind" or "metadata" or "status")));
}
