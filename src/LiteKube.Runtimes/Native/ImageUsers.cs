using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native;

/// <summary>Says which containers have an image, by the records on disk: also while LiteKube does not run.</summary>
internal sealed class ImageUsers(RuntimeLayout layout)
{
    /// <summary>One of them by name, and how many more there are; null where there is none.</summary>
    public string? Of(string imageId)
    {
        if (!Directory.Exists(layout.Containers))
            return null;
        var users = Directory.EnumerateDirectories(layout.Containers)
            .Select(d => RecordFile.Read(layout.Container(Path.GetFileName(d)).Record, StateJson.Default.ContainerRecord))
            .OfType<ContainerRecord>().Where(r => r.ImageId == imageId)
            .OrderBy(r => r.Phase == ContainerPhase.Exited).ThenBy(r => r.Pod.Namespace + "/" + r.Pod.Name + "/" + r.Name, StringComparer.Ordinal).ToList();
        if (users.Count == 0)
            return null;
        var first = $"container {users[0].Name} of pod {users[0].Pod.Namespace}/{users[0].Pod.Name}";
        return users.Count switch
        {
            1 => first,
            2 => first + " and another container",
            var count => $"{first} and {count - 1} other containers",
        };
    }
}
