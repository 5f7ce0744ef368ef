using System.Buffers;

namespace LiteKube.ApiServer.Http;

/// <summary>Bytes that many answers have in common. Whoever is lent it reads; there is no room in it to write to, and nothing to give back.</summary>
internal sealed class SharedBlock(byte[] bytes) : IMemoryOwner<byte>
{
    public byte[] Bytes => bytes;

    public Memory<byte> Memory => bytes;

    public void Dispose()
    {
    }
}
