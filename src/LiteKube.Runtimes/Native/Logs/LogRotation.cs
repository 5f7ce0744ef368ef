using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Kernel;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Logs;

/// <summary>Keeps logs at their size. The monitor writes, and opens its log anew when told.</summary>
internal static class LogRotation
{
    /// <returns>Whether it was time.</returns>
    /// <exception cref="IOException">The files cannot be renamed.</exception>
    public static bool Rotate(NativeContainer container, long most, int keep)
    {
        var file = new FileInfo(container.Paths.Log);
        if (!file.Exists || file.Length < most)
            return false;
        lock (container.LogLock)
        {
            LogFiles.Shift(container.Paths.Log, keep);
            return Tell(container, "2 0 0\n"u8);
        }
    }

    /// <summary>The size of a container's terminal.</summary>
    public static void Resize(NativeContainer container, int width, int height) =>
        Tell(container, System.Text.Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"1 {height} {width}\n")));

    /// <summary>A word to the monitor. False where nobody listens any more.</summary>
    private static bool Tell(NativeContainer container, ReadOnlySpan<byte> word)
    {
        using var control = new SafeFileHandle(Libc.Open(container.Paths.Control, Libc.WriteOnly | Libc.NonBlocking | Libc.CloseOnExec), ownsHandle: true);
        return !control.IsInvalid && Libc.Write(control, word, word.Length) == word.Length;
    }
}
