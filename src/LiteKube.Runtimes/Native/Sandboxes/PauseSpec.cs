using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Sandboxes;

/// <summary>
/// The first process of a pod whose containers share their process namespace: it reaps what they leave and holds the namespace. It needs no rights
/// for that, so it gets none.
/// </summary>
internal static class PauseSpec
{
    private const int OomScoreAdjust = -998;
    private const int LeastCpuShares = 2;
    private const string Program = "pause";

    /// <summary>Writes the bundle that the engine runs.</summary>
    public static void Write(SandboxPaths paths, SandboxRecord sandbox, OomScore oomScore)
    {
        var root = Path.Combine(paths.Bundle, "rootfs");
        foreach (var directory in (string[])["proc", "dev", "sys"])
            Directory.CreateDirectory(Path.Combine(root, directory));
        var architecture = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? ".arm64" : ".x64";
        EmbeddedProgram.Write(Program + architecture, Path.Combine(root, Program));
        File.WriteAllBytes(Path.Combine(paths.Bundle, "config.json"), SpecWriter.Write(new ContainerSpec
        {
            Root = root,
            ReadOnlyRoot = true,
            Arguments = ["/" + Program],
            Environment = [],
            WorkingDirectory = "/",
            User = new ProcessUser(0, 0, [], null),
            Capabilities = [],
            NoNewPrivileges = true,
            OomScoreAdjust = oomScore.Allowed(OomScoreAdjust),
            Mounts =
            [
                new SpecMount("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
                new SpecMount("/dev", "tmpfs", "tmpfs", ["nosuid", "mode=755", "size=64k"]),
            ],
            Namespaces = [("mount", ""), ("pid", ""), .. SandboxNamespaces.Of(sandbox, paths)],
            Cgroup = sandbox.Cgroup + "/" + sandbox.Id,
            Resources = new ContainerResources(CpuShares: LeastCpuShares),
        }));
    }
}
