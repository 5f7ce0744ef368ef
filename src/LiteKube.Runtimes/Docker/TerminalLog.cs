using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Docker;

/// <summary>
/// The log of a container with a terminal: messages without frames, each after its time. A message ends with its line feed, or after 16 KiB, which
/// is where the engine cuts long lines; then the next message's time must follow.
/// </summary>
internal static class TerminalLog
{
    private const int LongestMessage = 16 * 1024;

    public static async IAsyncEnumerable<LogEntry> ReadAsync(Stream source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: 32 * 1024));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (Next(buffer, read.IsCompleted) is { } length)
                {
                    yield return Entry(buffer.Slice(0, length).ToArray());
                    buffer = buffer.Slice(length);
                }

                if (read.IsCompleted)
                    yield break;
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The next message's length with its time, or null where more bytes are needed to know.</summary>
    private static long? Next(ReadOnlySequence<byte> buffer, bool completed)
    {
        const int LongestWithTime = LogTime.PrefixLength + LongestMessage;
        if (buffer.IsEmpty)
            return null;
        var head = buffer.Slice(0, Math.Min(buffer.Length, LongestWithTime));
        if (head.PositionOf((byte)'\n') is { } end)
            return head.Slice(0, head.GetPosition(1, end)).Length;
        if (buffer.Length >= LongestWithTime + LogTime.PrefixLength || (completed && buffer.Length > LongestWithTime))
        {
            var next = buffer.Slice(LongestWithTime);
            if (LogTime.TryParse(next.Slice(0, Math.Min(next.Length, LogTime.PrefixLength)).ToArray(), out _))
                return LongestWithTime;
            if (buffer.PositionOf((byte)'\n') is { } far)
                return buffer.Slice(0, buffer.GetPosition(1, far)).Length;
        }

        return completed ? buffer.Length : null;
    }

    private static LogEntry Entry(byte[] message) => LogTime.TryParse(message, out var time)
        ? new LogEntry(time, OutputStream.Stdout, message.AsMemory(LogTime.PrefixLength))
        : throw new RuntimeException(RuntimeError.Failed, "the engine sent a log message without its time");
}
