using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Volumes;

/// <summary>Keys of a ConfigMap or Secret as files: all of them, or the chosen ones under chosen paths.</summary>
internal static class KeyProjection
{
    /// <param name="kind">For the message: <c>config</c> or <c>secret</c>.</param>
    /// <exception cref="VolumeException">A chosen key is not there and the source is not optional.</exception>
    public static void Put(VolumePayload payload, IReadOnlyDictionary<string, byte[]> data, IReadOnlyList<KeyToPath> items, int defaultMode, bool optional, string kind, long? owner = null)
    {
        if (items.Count == 0)
        {
            foreach (var (key, content) in data)
                payload.Put(key, content, defaultMode, owner);
            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var content))
                payload.Put(item.Path, content, item.Mode ?? defaultMode, owner);
            else if (!optional)
                throw new VolumeException(kind == "config" ? $"configmap references non-existent config key: {item.Key}" : $"references non-existent {kind} key: {item.Key}");
        }
    }

    public static Dictionary<string, byte[]> Contents(ConfigMap map)
    {
        var result = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, text) in map.Data)
            result[key] = System.Text.Encoding.UTF8.GetBytes(text);
        foreach (var (key, bytes) in map.BinaryData)
            result[key] = bytes;
        return result;
    }
}
