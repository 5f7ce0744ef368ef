using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Containers;

/// <summary>What a container leaves behind at its end (kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure).</summary>
internal static class TerminationMessage
{
    public const string PathAnnotation = "io.litekube.termination-log";
    public const string PolicyAnnotation = "io.litekube.termination-policy";

    private const int MaxBytes = 4096;
    private const int MaxPodBytes = 12 * 1024;
    private const int MaxLogBytes = 2048;
    private const int MaxLogLines = 80;

    /// <param name="containers">How many share the bound of the pod.</param>
    public static async ValueTask<string> ReadAsync(IContainerRuntime runtime, EngineContainer container, int containers, CancellationToken cancellationToken)
    {
        var message = container.Annotations.TryGetValue(PathAnnotation, out var path) ? ReadFile(path, Math.Min(MaxBytes, MaxPodBytes / Math.Max(1, containers))) : "";
        if (message.Length > 0 || container.ExitCode == 0 || container.Annotations.GetValueOrDefault(PolicyAnnotation) != "FallbackToLogsOnError")
            return message;
        try
        {
            return await ReadLogAsync(runtime, container.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException e)
        {
            return $"Error on reading termination message from logs: {e.Message}";
        }
    }

    /// <summary>The end of the file; it is the container's, so it may be anything but must not be followed out of its place.</summary>
    private static string ReadFile(string path, int limit)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.LinkTarget is not null || file.Length == 0)
            return "";
        try
        {
            using var stream = file.OpenRead();
            if (stream.Length > limit)
                stream.Seek(-limit, SeekOrigin.End);
            var buffer = new byte[limit];
            var read = stream.ReadAtLeast(buffer, limit, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(buffer, 0, read);
        }
        catch (IOException e)
        {
            return $"Error on reading termination log {path}: {e.Message}";
        }
    }

    private static async ValueTask<string> ReadLogAsync(IContainerRuntime runtime, string id, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        await foreach (var entry in runtime.ReadLogsAsync(id, new LogOptions(TailLines: MaxLogLines), cancellationToken).ConfigureAwait(false))
            text.Write(entry.Text.Span);
        var bytes = text.GetBuffer().AsSpan(0, (int)text.Length);
        return Encoding.UTF8.GetString(bytes.Length > MaxLogBytes ? bytes[^MaxLogBytes..] : bytes);
    }
}
