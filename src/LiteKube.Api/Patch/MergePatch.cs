using System.Text.Json.Nodes;

namespace LiteKube.Api.Patch;

/// <summary>JSON merge patch (RFC 7386): objects merge, null removes, everything else replaces.</summary>
public static class MergePatch
{
    /// <summary>Changes <paramref name="target"/>; the patch stays as it is, so that it can be applied again after a conflict.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (!target.TryGetPropertyValue(name, out var existing) || existing is not JsonObject child)
                    target[name] = child = new JsonObject();
                Apply(child, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
