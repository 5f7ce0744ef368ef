using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Testing;

internal static class FakeObjects
{
    public static JsonObject Metadata(JsonObject tree) => (JsonObject)(tree["metadata"] ??= new JsonObject());

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The tree as an object, without members that are null.</summary>
    public static KubeObject Finish(JsonObject tree)
    {
        foreach (var part in (JsonObject[])[tree, tree["metadata"] as JsonObject ?? []])
            foreach (var name in part.Where(p => p.Value is null).Select(p => p.Key).ToList())
                part.Remove(name);
        return new KubeObject(Encoding.UTF8.GetBytes(tree.ToJsonString()));
    }

    public static ApiException NamespaceTerminating(ResourceType resource, string ns)
    {
        var message = $"unable to create new content in namespace {ns} because it is being terminated";
        var details = new StatusDetails { Kind = resource.Plural, Causes = [new StatusCause { Reason = "NamespaceTerminating", Message = message, Field = "metadata.namespace" }] };
        return new ApiException(StatusReason.Forbidden, message, details);
    }
}
