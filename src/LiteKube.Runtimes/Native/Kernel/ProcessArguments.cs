using System.Globalization;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>What the machine's processes were started with.</summary>
internal static class ProcessArguments
{
    public static IEnumerable<(int Pid, string[] Arguments)> ReadAll()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                yield return (pid, Read(directory));
        }
    }

    public static string[] Of(int pid) => Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));

    /// <summary>What stands after an option; null where the option is not there.</summary>
    public static string? Value(string[] arguments, string option) => Array.IndexOf(arguments, option) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private static string[] Read(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return [];
        }
    }
}
