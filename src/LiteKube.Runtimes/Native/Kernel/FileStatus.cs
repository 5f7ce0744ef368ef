using System.Runtime.InteropServices;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>What is used of <c>struct stat</c>, whose layout differs between x86-64 and 64-bit ARM.</summary>
internal readonly record struct FileStatus(ulong Device, ulong Inode, uint Mode, uint User, uint Group, ulong SpecialDevice)
{
    public uint DeviceMajor => (uint)(((SpecialDevice >> 8) & 0xFFF) | ((SpecialDevice >> 32) & 0xFFFFF000));

    public uint DeviceMinor => (uint)((SpecialDevice & 0xFF) | ((SpecialDevice >> 12) & 0xFFFFFF00));

    public static FileStatus Parse(ReadOnlySpan<byte> stat)
    {
        var modeAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 24 : 16;
        return new FileStatus(
            MemoryMarshal.Read<ulong>(stat),
            MemoryMarshal.Read<ulong>(stat[8..]),
            MemoryMarshal.Read<uint>(stat[modeAt..]),
            MemoryMarshal.Read<uint>(stat[(modeAt == 24 ? 28 : 24)..]),
            MemoryMarshal.Read<uint>(stat[(modeAt == 24 ? 32 : 28)..]),
            MemoryMarshal.Read<ulong>(stat[(modeAt == 24 ? 40 : 32)..]));
    }
}
