using System.Runtime.CompilerServices;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;

namespace LiteKube.Runtimes.Docker;

/// <summary>
/// Logs as the engine keeps them. A line of more than 16 KiB comes as several entries, of which only the last has a line feed, each with its own time.
/// </summary>
internal sealed class DockerLogs(ContainerOperations containers)
{
    public async IAsyncEnumerable<LogEntry> ReadAsync(string containerId, LogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(containerId, options, cancellationToken).ConfigureAwait(false);
        var tty = response.Tty;
        await using var stream = await response.Response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (tty)
        {
            await foreach (var entry in TerminalLog.ReadAsync(stream, cancellationToken).ConfigureAwait(false))
                yield return entry;
            yield break;
        }

        var buffer = new OutputFrames.FrameBuffer();
        while (await OutputFrames.ReadFrameAsync(stream, buffer, cancellationToken).ConfigureAwait(false) is { } frame)
        {
            yield return LogTime.TryParse(frame.Data.Span, out var time)
                ? new LogEntry(time, frame.Stream, frame.Data[LogTime.PrefixLength..])
                : throw new RuntimeException(RuntimeError.Failed, "the engine sent a log message without its time");
        }
    }

    private async Task<OpenLog> OpenAsync(string containerId, LogOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var inspect = await containers.InspectAsync(containerId, cancellationToken).ConfigureAwait(false)
                ?? throw new RuntimeException(RuntimeError.NotFound, $"No such container: {containerId}");
            return new OpenLog(await containers.OpenLogsAsync(containerId, options.Follow, options.TailLines, options.Since, cancellationToken).ConfigureAwait(false), inspect.Config.Tty);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }

    private sealed record OpenLog(HttpResponseMessage Response, bool Tty) : IDisposable
    {
        public void Dispose() => Response.Dispose();
    }
}
