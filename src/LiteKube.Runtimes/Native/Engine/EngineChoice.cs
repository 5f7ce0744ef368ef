using System.Runtime.InteropServices;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>Which of the machine's programs are the engine and its monitor.</summary>
internal static class EngineChoice
{
    private const string Wrapper = "private-mounts";

    private static readonly string[] s_directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec/podman", "/usr/lib/podman"];

    /// <summary>The engine, ready to be called.</summary>
    /// <exception cref="RuntimeException">Unavailable, with the remedy.</exception>
    public static EngineProgram Find(string? wanted, CgroupHierarchy cgroups, string programs)
    {
        var (program, path) = Choose(wanted, cgroups, programs);
        if (program.Program != path)
            EmbeddedProgram.Write(Wrapper + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? ".arm64" : ".x64"), program.Program);
        return program;
    }

    /// <param name="wanted">crun, runc, a path, or null for crun, then runc.</param>
    /// <param name="programs">Where LiteKube puts programs of its own.</param>
    /// <returns>How the engine will be called, and where it is itself.</returns>
    /// <exception cref="RuntimeException">Unavailable, with the remedy.</exception>
    public static (EngineProgram Program, string Path) Choose(string? wanted, CgroupHierarchy cgroups, string programs)
    {
        if (wanted is not null)
            return Locate(wanted) is { } path ? Prepare(NameOf(path), path, "as asked for", cgroups, programs) : throw Missing(wanted);
        if (Locate("crun") is { } crun)
            return Prepare("crun", crun, "the fastest there is", cgroups, programs);
        return Locate("runc") is { } runc ? Prepare("runc", runc, "there is no crun, which starts containers faster", cgroups, programs) : throw Missing("crun");
    }

    public static string FindMonitor(string? wanted) => Locate(wanted ?? "conmon") ?? throw Missing(wanted ?? "conmon");

    /// <summary>A program by its name or path; null where there is none.</summary>
    public static string? Locate(string program)
    {
        if (program.Contains('/'))
            return File.Exists(program) ? program : null;
        return s_directories.Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);
    }

    private static string NameOf(string path) => Path.GetFileName(path).Contains("runc", StringComparison.Ordinal) ? "runc" : "crun";

    /// <summary>crun refuses a machine that has version 2 of cgroups mounted beside version 1, if that holds a controller; it is not shown it.</summary>
    private static (EngineProgram Program, string Path) Prepare(string name, string path, string why, CgroupHierarchy cgroups, string programs) =>
        name == "crun" && cgroups.IsHybrid
            ? (new EngineProgram(name, Path.Combine(programs, Wrapper), [cgroups.Unified!, path], $"{why}; it runs without sight of {cgroups.Unified}, since it refuses cgroup v1 and v2 side by side"), path)
            : (new EngineProgram(name, path, [], why), path);

    private static RuntimeException Missing(string program) => new(RuntimeError.Unavailable, $"{program} is not installed: {InstallLine.Read()}");
}
