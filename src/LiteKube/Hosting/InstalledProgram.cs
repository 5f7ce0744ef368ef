namespace LiteKube.Hosting;

/// <summary>Programs of the machine, where systems keep them; a service's PATH may be shorter.</summary>
internal static class InstalledProgram
{
    private static readonly string[] s_directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public static bool Exists(string name) => s_directories.Any(d => File.Exists(Path.Combine(d, name)));
}
