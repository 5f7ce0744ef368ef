namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>The bits of <c>st_mode</c>.</summary>
internal static class FileModes
{
    public const uint KindMask = 0xF000;
    public const uint Fifo = 0x1000;
    public const uint Character = 0x2000;
    public const uint Directory = 0x4000;
    public const uint Block = 0x6000;
    public const uint Regular = 0x8000;
    public const uint Permissions = 0xFFF;
    public const uint ImpliedDirectory = 0b111_101_101;
}
