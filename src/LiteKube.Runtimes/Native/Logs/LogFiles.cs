using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Logs;

/// <summary>A container's log on disk: <c>container.log</c>, and older ones as <c>container.log.1</c> and on, the higher the older.</summary>
internal static class LogFiles
{
    /// <summary>All of them, the oldest first.</summary>
    public static List<SafeFileHandle> OpenAll(string log)
    {
        var files = new List<SafeFileHandle>();
        foreach (var path in Rotated(log).Reverse().Append(log))
        {
            if (TryOpen(path) is { } handle)
                files.Add(handle);
        }

        return files;
    }

    public static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The older ones, the youngest first.</summary>
    public static IEnumerable<string> Rotated(string log)
    {
        for (var i = 1; File.Exists(Name(log, i)); i++)
            yield return Name(log, i);
    }

    /// <summary>Makes room for a new log. The monitor still writes to the old one until it is told.</summary>
    /// <param name="keep">Files at most, with the one to come.</param>
    public static void Shift(string log, int keep)
    {
        var count = Rotated(log).Count();
        for (var i = count; i >= 1; i--)
        {
            if (i + 1 >= keep)
                File.Delete(Name(log, i));
            else
                File.Move(Name(log, i), Name(log, i + 1), overwrite: true);
        }

        if (keep > 1)
            File.Move(log, Name(log, 1), overwrite: true);
        else
            File.Delete(log);
    }

    private static string Name(string log, int number) => log + "." + number.ToString(CultureInfo.InvariantCulture);
}
