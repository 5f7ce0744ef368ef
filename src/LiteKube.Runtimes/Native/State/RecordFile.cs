using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LiteKube.Runtimes.Native.State;

/// <summary>
/// Records as files that are there whole or not at all after LiteKube's death. They are not synced: a loss of power ends every container, and of
/// those only the directories remain to be cleaned.
/// </summary>
internal static class RecordFile
{
    public static void Write<T>(string path, T record, JsonTypeInfo<T> type)
    {
        var aside = path + ".new";
        File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(record, type));
        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Null where there is none, or none that can be read.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
