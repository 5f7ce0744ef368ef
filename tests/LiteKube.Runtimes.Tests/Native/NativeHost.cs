using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Runtimes.Native;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Native;

/// <summary>Directories and a cgroup for native runtimes of one test, with one image that is busybox. Nothing of it is left after it.</summary>
internal sealed class NativeHost : IDisposable
{
    public const string Image = "example.org/shell:1";

    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private static readonly string[] s_applets = ["sh", "sleep", "echo", "cat", "true", "false", "id", "pwd", "env", "hostname", "ls", "stat", "touch", "mkdir", "head", "tail", "tr", "dd", "stty", "tty", "kill", "ps", "grep", "mount", "ip", "readlink", "ulimit", "wc", "seq", "yes", "test", "rm"];

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-native-").FullName;

    public NativeHost()
    {
        Options = new NativeRuntimeOptions
        {
            RootDirectory = Path.Combine(_directory, "root"),
            RunDirectory = Path.Combine(_directory, "run"),
            CgroupRoot = "/" + Path.GetFileName(_directory),
        };
        Install();
    }

    public NativeRuntimeOptions Options { get; init; }

    public string ImageId { get; private set; } = "";

    public string Below(string relative) => Path.Combine(_directory, relative);

    public NativeRuntime Open(Func<NativeRuntimeOptions, NativeRuntimeOptions>? change = null) => new(change?.Invoke(Options) ?? Options, TimeProvider.System, NullLoggerFactory.Instance);

    /// <summary>All that a machine must not keep of a test's runtime. Processes that were ended are given a while to be gone.</summary>
    public async Task<string[]> LeftoversAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = Leftovers();
            if (left.Length == 0 || TimeProvider.System.GetElapsedTime(since) > s_limit)
                return left;
            await Task.Delay(20);
        }
    }

    private string[] Leftovers()
    {
        var mounts = File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(_directory, StringComparison.Ordinal));
        var cgroups = CgroupHierarchy.Read().Mounts.Select(m => m + Options.CgroupRoot).SelectMany(Subdirectories);
        var processes = Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(CommandLine).Where(c => c.Contains(_directory, StringComparison.Ordinal));
        return [.. mounts, .. cgroups, .. processes];
    }

    public void Dispose()
    {
        var runtime = Open();
        runtime.RemoveEverythingAsync(CancellationToken.None).GetAwaiter().GetResult();
        runtime.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_directory, recursive: true);
    }

    private static string[] Subdirectories(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Install()
    {
        var store = ImageStore.Open(new ImageStoreOptions { Root = Path.Combine(Options.RootDirectory, "images") }, TimeProvider.System, NullLogger<ImageStore>.Instance);
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var layer = Digest("busybox");
        var root = Directory.CreateDirectory(Path.Combine(store.Layers.DirectoryOf(layer), "fs")).FullName;
        foreach (var directory in (string[])["bin", "etc", "tmp", "home/someone"])
            Directory.CreateDirectory(Path.Combine(root, directory));
        File.SetUnixFileMode(root, Executable);
        File.SetUnixFileMode(Path.Combine(root, "tmp"), (UnixFileMode)0b1_111_111_111);
        File.Copy("/bin/busybox", Path.Combine(root, "bin/busybox"));
        File.SetUnixFileMode(Path.Combine(root, "bin/busybox"), Executable);
        foreach (var applet in s_applets)
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        File.WriteAllText(Path.Combine(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nsomeone:x:1234:2345:Some One:/home/someone:/bin/sh\n");
        File.WriteAllText(Path.Combine(root, "etc/group"), "root:x:0:\nsomeone:x:2345:\nothers:x:3456:someone,else\n");
        var config = $$$"""
            {"architecture":"{{{architecture}}}","os":"linux","config":{"Env":["FROM_IMAGE=yes"],"Cmd":["/bin/sh"],"WorkingDir":"/home/someone","Volumes":{"/data":{} } },"rootfs":{"type":"layers","diff_ids":["{{{layer}}}"]} }
            """;
        ImageId = Digest(config);
        using var claim = store.Layers.Claim(layer);
        store.Catalog.Commit(new ImageRecord(ImageId, null, [layer], 1), Encoding.UTF8.GetBytes(config), [ImageReference.Parse(Image).ToString()], pinned: false);
    }

    private static string Digest(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
