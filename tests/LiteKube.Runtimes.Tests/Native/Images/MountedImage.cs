using System.Diagnostics;
using LiteKube.Runtimes.Native.Images;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>An image as containers see it: its layers under overlayfs, read only.</summary>
internal sealed class MountedImage : IDisposable
{
    private MountedImage(string path) => Path = path;

    public string Path { get; }

    public static MountedImage Mount(ImageSnapshot image, string directory)
    {
        var path = Directory.CreateDirectory(System.IO.Path.Combine(directory, "merged-" + Guid.NewGuid().ToString("N"))).FullName;
        var upper = Directory.CreateDirectory(path + "-empty").FullName;
        Run("mount", "-t", "overlay", "overlay", "-o", $"ro,lowerdir={upper}:{string.Join(':', image.LayerDirectories.Reverse())}", path);
        return new MountedImage(path);
    }

    /// <summary>Mode, owner, group and kind.</summary>
    public string Stat(string name) => Run("stat", "-c", "%a %u %g %F", In(name));

    public string Read(string name) => File.ReadAllText(In(name));

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Run("umount", Path);

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.GetAwaiter().GetResult()}");
        return output.TrimEnd('\n');
    }
}
