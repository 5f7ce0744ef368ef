using System.Runtime.InteropServices;

namespace LiteKube.Security.Files;

/// <summary>A file to write whole, with its permission bits.</summary>
internal sealed record DurableFile(string Path, ReadOnlyMemory<byte> Content, UnixFileMode Mode)
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public override string ToString() => Path;
}

/// <summary>Writes files so that a loss of power leaves each either as it was or as it should be: temporary file, fsync, rename, fsync of the directory.</summary>
internal static partial class DurableFiles
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int ReadOnlyDirectory = 0x10000;

    /// <summary>Renames happen in the given order, so a later file's presence implies the earlier ones'.</summary>
    public static void Write(params IReadOnlyList<DurableFile> files)
    {
        foreach (var directory in files.Select(f => Path.GetDirectoryName(f.Path)!).Distinct())
            Directory.CreateDirectory(directory, DirectoryMode);
        // Together, since the file system commits waiting fsyncs as one.
        Parallel.ForEach(files, WriteTemporary);
        foreach (var file in files)
            File.Move(Temporary(file), file.Path, overwrite: true);
        foreach (var directory in files.Select(f => Path.GetDirectoryName(f.Path)!).Distinct())
            Sync(directory);
    }

    /// <summary>Writes only where the content differs; says whether it did.</summary>
    public static bool WriteIfChanged(DurableFile file)
    {
        if (File.Exists(file.Path) && File.ReadAllBytes(file.Path).AsSpan().SequenceEqual(file.Content.Span))
        {
            if (File.GetUnixFileMode(file.Path) != file.Mode)
                File.SetUnixFileMode(file.Path, file.Mode);
            return false;
        }

        Write(file);
        return true;
    }

    private static string Temporary(DurableFile file) => file.Path + ".new";

    private static void WriteTemporary(DurableFile file)
    {
        var temporary = Temporary(file);
        // Deleted first: an existing file would keep its own mode.
        File.Delete(temporary);
        using var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = file.Mode, BufferSize = 0 });
        stream.Write(file.Content.Span);
        File.SetUnixFileMode(stream.SafeFileHandle, file.Mode);
        stream.Flush(flushToDisk: true);
    }

    private static void Sync(string directory)
    {
        var handle = Open(directory, ReadOnlyDirectory);
        if (handle < 0)
            throw new IOException($"cannot open directory {directory} to make its files durable: {Marshal.GetLastPInvokeErrorMessage()}");
        var synced = Fsync(handle);
        var error = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(handle);
        if (synced < 0)
            throw new IOException($"cannot make the files in {directory} durable: {error}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
