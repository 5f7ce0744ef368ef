using LiteKube.Api;

namespace LiteKube.ApiServer.Http;

/// <summary>The items of a list with commas between, in large blocks: made once for all who ask for the same list at the same time.</summary>
internal sealed class SharedBody
{
    /// <summary>Four frames of HTTP/2, and small enough to stay out of the heap of large objects.</summary>
    private const int BlockSize = 64 * 1024;

    private SharedBody(SharedBlock[] blocks, long length) => (Blocks, Length) = (blocks, length);

    public IReadOnlyList<SharedBlock> Blocks { get; }

    public long Length { get; }

    public static long LengthOf(IReadOnlyList<KubeObject> items)
    {
        long length = Math.Max(items.Count - 1, 0);
        for (var i = 0; i < items.Count; i++)
            length += items[i].Json.Length;
        return length;
    }

    public static SharedBody Of(IReadOnlyList<KubeObject> items, long length)
    {
        var blocks = new SharedBlock[(length + BlockSize - 1) / BlockSize];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new SharedBlock(GC.AllocateUninitializedArray<byte>((int)Math.Min(BlockSize, length - ((long)i * BlockSize))));
        var (at, used) = (0, 0);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                Add(","u8);
            Add(items[i].Json.Span);
        }

        return new SharedBody(blocks, length);

        void Add(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var room = blocks[at].Bytes.AsSpan(used);
                var fits = Math.Min(room.Length, bytes.Length);
                bytes[..fits].CopyTo(room);
                bytes = bytes[fits..];
                used += fits;
                if (used == blocks[at].Bytes.Length)
                    (at, used) = (at + 1, 0);
            }
        }
    }
}
