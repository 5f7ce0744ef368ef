using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>The small programs that LiteKube brings along.</summary>
internal static class EmbeddedProgram
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static byte[] Read(string name)
    {
        using var resource = typeof(EmbeddedProgram).Assembly.GetManifestResourceStream(name)
            ?? throw new RuntimeException(RuntimeError.Failed, $"this build of LiteKube has no {name}");
        var program = new byte[resource.Length];
        resource.ReadExactly(program);
        return program;
    }

    /// <summary>In place of an older one, never into it: it may be running.</summary>
    public static void Write(string name, string path)
    {
        var program = Read(name);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(program))
            return;
        var aside = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllBytes(aside, program);
        File.SetUnixFileMode(aside, Executable);
        File.Move(aside, path, overwrite: true);
    }
}
