using System.Runtime.InteropServices;

namespace LiteKube.Node.Volumes;

/// <summary>What kind of file a path leads to, links followed.</summary>
internal static partial class FileKind
{
    public const char Regular = 'f';
    public const char Directory = 'd';
    public const char Socket = 's';
    public const char CharDevice = 'c';
    public const char BlockDevice = 'b';
    public const char Other = '?';
    public const char None = '\0';

    private const int AtCurrentDirectory = -100;
    private const uint TypeOnly = 1;

    public static char Of(string path)
    {
        if (Statx(AtCurrentDirectory, path, 0, TypeOnly, out var stat) != 0)
            return None;
        return (stat.Mode & 0xF000) switch
        {
            0x8000 => Regular,
            0x4000 => Directory,
            0xC000 => Socket,
            0x2000 => CharDevice,
            0x6000 => BlockDevice,
            _ => Other,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer buffer);

    /// <summary>struct statx, of the same layout on every architecture; only the mode is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
