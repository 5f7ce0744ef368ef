using System.Runtime.CompilerServices;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Kernel;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Logs;

/// <summary>Reads a container's log, over all its files, and goes on with it as it is written until the container ends.</summary>
internal sealed class LogReader(Readiness readiness)
{
    private const int FirstBuffer = 32 * 1024;
    private const int LongestLine = 1 << 20;
    private const int StatSize = 256;

    public async IAsyncEnumerable<LogEntry> ReadAsync(NativeContainer container, LogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var log = container.Paths.Log;

        // Watched before it is read, so that nothing is written unseen between the two.
        using var notices = options.Follow && Directory.Exists(container.Paths.LogDirectory) ? new FileNotices(container.Paths.LogDirectory, readiness) : null;
        List<SafeFileHandle> files;
        lock (container.LogLock)
            files = LogFiles.OpenAll(log);
        try
        {
            var (first, offset) = options.TailLines is { } lines ? LogTail.Find(files, lines) : (0, 0);
            for (var i = first; i < files.Count || options.Follow; i++, offset = 0)
            {
                if (i == files.Count)
                {
                    if (notices is null || await NextFileAsync(container, files.Count > 0 ? files[^1] : null, notices, cancellationToken).ConfigureAwait(false) is not { } next)
                        yield break;
                    files.Add(next);
                }

                var follow = options.Follow && i == files.Count - 1 ? notices : null;
                await foreach (var line in ReadFileAsync(files[i], offset, container, follow, cancellationToken).ConfigureAwait(false))
                {
                    if (CriLogLine.TryParse(line, out var entry) && (options.Since is not { } since || entry.Time >= since))
                        yield return entry;
                }
            }
        }
        finally
        {
            foreach (var file in files)
                file.Dispose();
        }
    }

    /// <summary>The lines of one file with their line feeds. Followed, it ends when the container has, or when another file has taken its place.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFileAsync(SafeFileHandle file, long offset, NativeContainer container, FileNotices? follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[FirstBuffer];
        var length = 0;
        var last = follow is null;
        while (true)
        {
            // Whether this is the last look is decided before it: what was written until then is seen by it.
            var isLast = last || container.Ended.IsCompleted || IsReplaced(file, container.Paths.Log);
            int read;
            while ((read = await RandomAccess.ReadAsync(file, buffer.AsMemory(length), offset, cancellationToken).ConfigureAwait(false)) > 0)
            {
                offset += read;
                length += read;
                var start = 0;
                while (buffer.AsSpan(start, length - start).IndexOf((byte)'\n') is >= 0 and var end)
                {
                    yield return buffer.AsMemory(start, end + 1);
                    start += end + 1;
                }

                length -= start;
                buffer.AsSpan(start, length).CopyTo(buffer);
                if (length == buffer.Length)
                {
                    if (length >= LongestLine)
                        length = 0;
                    else
                        Array.Resize(ref buffer, buffer.Length * 2);
                }
            }

            if (isLast)
                yield break;
            await ChangeAsync(container, follow!, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The file that took a rotated one's place; null where the container ended without.</summary>
    private static async Task<SafeFileHandle?> NextFileAsync(NativeContainer container, SafeFileHandle? last, FileNotices notices, CancellationToken cancellationToken)
    {
        while (true)
        {
            var ended = container.Ended.IsCompleted;
            if (OpenAfter(container, last) is { } next)
                return next;
            if (ended || !Directory.Exists(container.Paths.LogDirectory))
                return null;
            await ChangeAsync(container, notices, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The file that was begun after this one; null while there is none. It may have been rotated itself meanwhile.</summary>
    private static SafeFileHandle? OpenAfter(NativeContainer container, SafeFileHandle? last)
    {
        var log = container.Paths.Log;
        lock (container.LogLock)
        {
            if (last is null)
                return LogFiles.TryOpen(log);
            if (!IsReplaced(last, log))
                return null;
            var younger = log;
            foreach (var rotated in LogFiles.Rotated(log))
            {
                if (!IsReplaced(last, rotated))
                    break;
                younger = rotated;
            }

            return LogFiles.TryOpen(younger);
        }
    }

    private static async Task ChangeAsync(NativeContainer container, FileNotices notices, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var change = notices.WaitAsync(enough.Token);
        await Task.WhenAny(change, container.Ended).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Whether the log is another file now. While there is none, the old one may still be written to.</summary>
    private static bool IsReplaced(SafeFileHandle file, string path)
    {
        Span<byte> ours = stackalloc byte[StatSize];
        Span<byte> present = stackalloc byte[StatSize];
        if (Libc.Stat(file, ours) != 0 || Libc.Stat(path, present) != 0)
            return false;
        var (a, b) = (FileStatus.Parse(ours), FileStatus.Parse(present));
        return a.Inode != b.Inode || a.Device != b.Device;
    }
}
