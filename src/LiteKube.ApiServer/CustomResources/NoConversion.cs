using System.Text.Json.Nodes;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>The strategy None: versions differ in nothing but their name.</summary>
internal sealed class NoConversion : IVersionConversion
{
    public bool IsLocal => true;

    public ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken)
    {
        foreach (var tree in objects)
            tree["apiVersion"] = apiVersion;
        return new(objects);
    }
}
