using System.Runtime.InteropServices;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Sandboxes;

/// <summary>
/// A pod's namespaces, made by a thread that is thrown away and held by bind mounts, so that no process is needed for them to be there.
/// </summary>
internal static class PinnedNamespaces
{
    private const long NamespaceFileSystem = 0x6e736673;
    private const int InternetFamily = 2;
    private const int Datagram = 2;
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const int InterfaceRequestSize = 40;
    private const int FlagsAt = 16;
    private const short Up = 1;
    private const string SharedMemorySize = "mode=1777,size=65536k";

    /// <summary>Which of the namespaces the pod has of its own. A pod on the machine's network has the machine's name, too.</summary>
    public static IEnumerable<string> Kinds(bool hostNetwork, bool hostIpc)
    {
        if (!hostNetwork)
        {
            yield return "net";
            yield return "uts";
        }

        if (!hostIpc)
            yield return "ipc";
    }

    /// <exception cref="IOException">The kernel refused.</exception>
    /// <exception cref="RuntimeException">A sysctl is not one of these namespaces', or not there.</exception>
    public static void Create(SandboxPaths paths, SandboxConfig config)
    {
        Directory.CreateDirectory(paths.Run, RuntimeLayout.Private);
        var kinds = Kinds(config.HostNetwork, config.HostIpc).ToArray();
        foreach (var kind in kinds)
            File.WriteAllBytes(paths.Namespace(kind), []);
        if (kinds.Length > 0)
            ThrownAwayThread.Run("namespaces", () => CreateHere(paths, config, kinds));
        else if (config.Sysctls.Count > 0)
            throw new RuntimeException(RuntimeError.Failed, "a pod in the machine's namespaces cannot set sysctls");
        if (!config.HostIpc)
        {
            Directory.CreateDirectory(paths.SharedMemory);
            Libc.Check(Libc.Mount("shm", paths.SharedMemory, "tmpfs", Libc.MountNoSuid | Libc.MountNoDev | Libc.MountNoExec, SharedMemorySize), "mount shared memory");
        }
    }

    /// <summary>Whether a namespace is held there.</summary>
    public static bool IsPinned(string path)
    {
        Span<long> result = stackalloc long[32];
        return Libc.FileSystemOf(path, result) == 0 && result[0] == NamespaceFileSystem;
    }

    /// <summary>Lets go of what is held, also of what is there only in part.</summary>
    public static void Remove(SandboxPaths paths)
    {
        if (!Directory.Exists(paths.Run))
            return;
        MountTable.UnmountBelow(paths.Run);
        Directory.Delete(paths.Run, recursive: true);
    }

    private static void CreateHere(SandboxPaths paths, SandboxConfig config, string[] kinds)
    {
        var flags = 0;
        foreach (var kind in kinds)
            flags |= kind == "net" ? Libc.NewNetwork : kind == "uts" ? Libc.NewUts : Libc.NewIpc;
        Libc.Check(Libc.Unshare(flags), "make namespaces");
        if (!config.HostNetwork)
        {
            var name = Encoding.UTF8.GetBytes(config.Hostname);
            Libc.Check(Libc.SetHostname(name, name.Length), $"set the host name {config.Hostname}");
            RaiseLoopback();

            // As container engines do: an unprivileged process may listen on any port of its own network, and ping.
            SetSysctl("net.ipv4.ip_unprivileged_port_start", "0", required: false);
            SetSysctl("net.ipv4.ping_group_range", "0 2147483647", required: false);
        }

        foreach (var (sysctl, value) in config.Sysctls)
            SetSysctl(sysctl, value, required: true);
        foreach (var kind in kinds)
            Libc.Check(Libc.Mount("/proc/thread-self/ns/" + kind, paths.Namespace(kind), null, Libc.MountBind, null), $"hold the {kind} namespace");
    }

    private static void RaiseLoopback()
    {
        var socket = Libc.Socket(InternetFamily, Datagram | Libc.CloseOnExec, 0);
        Libc.Check(socket, "socket");
        try
        {
            Span<byte> request = stackalloc byte[InterfaceRequestSize];
            request.Clear();
            "lo"u8.CopyTo(request);
            Libc.Check(Libc.DeviceControl(socket, GetFlags, request), "find the loopback device");
            MemoryMarshal.Write(request[FlagsAt..], (short)(MemoryMarshal.Read<short>(request[FlagsAt..]) | Up));
            Libc.Check(Libc.DeviceControl(socket, SetFlags, request), "raise the loopback device");
        }
        finally
        {
            _ = Libc.Close(socket);
        }
    }

    /// <summary>The kernel shows and sets those of the namespaces that the thread is in.</summary>
    private static void SetSysctl(string name, string value, bool required)
    {
        var path = "/proc/sys/" + name.Replace('.', '/');
        try
        {
            if (required && !IsNamespaced(name))
                throw new RuntimeException(RuntimeError.Failed, $"sysctl \"{name}\" is not in a separate kernel namespace");
            if (required || File.Exists(path))
                File.WriteAllText(path, value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (required)
                throw new RuntimeException(RuntimeError.Failed, $"cannot set sysctl \"{name}\" to \"{value}\": {e.Message}", e);
        }
    }

    private static bool IsNamespaced(string name) =>
        name.StartsWith("net.", StringComparison.Ordinal) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal) || name.StartsWith("kernel.shm", StringComparison.Ordinal)
        || name.StartsWith("kernel.msg", StringComparison.Ordinal) || name == "kernel.sem";
}
