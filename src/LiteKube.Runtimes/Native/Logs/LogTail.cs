using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Logs;

/// <summary>Where the last lines of a log begin.</summary>
internal static class LogTail
{
    private const int BlockSize = 32 * 1024;

    /// <summary>The file and the place in it where the last lines begin; the log's start where it has not so many.</summary>
    /// <param name="files">The oldest first.</param>
    public static (int File, long Offset) Find(IReadOnlyList<SafeFileHandle> files, int lines)
    {
        if (files.Count == 0)
            return (0, 0);
        if (lines <= 0)
            return (files.Count - 1, RandomAccess.GetLength(files[^1]));
        var left = lines;
        for (var file = files.Count - 1; file >= 0; file--)
        {
            if (FindIn(files[file], ref left) is { } offset)
                return (file, offset);
        }

        return (0, 0);
    }

    /// <summary>Backwards, a block at a time, line feed by line feed. The one that ends the file ends its last line and begins none.</summary>
    private static long? FindIn(SafeFileHandle file, ref int left)
    {
        var buffer = new byte[BlockSize];
        var length = RandomAccess.GetLength(file);
        for (var end = length; end > 0;)
        {
            var start = Math.Max(0, end - BlockSize);
            var block = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - start)), start));
            for (var at = block.LastIndexOf((byte)'\n'); at >= 0; at = block[..at].LastIndexOf((byte)'\n'))
            {
                if (start + at == length - 1)
                    continue;
                if (--left == 0)
                    return start + at + 1;
            }

            end = start;
        }

        // The file's first line has no line feed before it.
        return length > 0 && --left == 0 ? 0 : null;
    }
}
