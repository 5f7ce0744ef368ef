namespace LiteKube.Runtimes.Native.State;

internal static class BootId
{
    /// <summary>Differs from boot to boot, and with it the meaning of process numbers.</summary>
    public static string Read() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
