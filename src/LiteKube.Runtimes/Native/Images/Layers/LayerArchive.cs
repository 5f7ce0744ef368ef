using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Makes a layer's uncompressed archive again, byte for byte, from its recipe and its files.</summary>
internal sealed class LayerArchive(LayerRecord record, string recipe, string files, string displaced)
{
    private const int BufferSize = 128 << 10;

    private static readonly Libc.OpenHow s_read = new(Libc.ReadOnly | Libc.CloseOnExec | Libc.NoFollow | Libc.NonBlocking, Libc.ResolveBeneath | Libc.ResolveNoMagicLinks);

    private readonly byte[] _buffer = new byte[BufferSize];

    /// <exception cref="RuntimeException">The files are not any more what they were.</exception>
    public async Task WriteToAsync(Stream destination, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var root = LayerTree.OpenRoot(files);
        using var aside = Directory.Exists(displaced) ? LayerTree.OpenRoot(displaced) : null;
        var input = new DeflateStream(File.OpenRead(recipe), CompressionMode.Decompress);
        await using (input.ConfigureAwait(false))
        {
            while (await TryReadAsync(input, 1, cancellationToken).ConfigureAwait(false))
            {
                if (_buffer[0] == RecipeWriter.LiteralRecord)
                {
                    await input.ReadExactlyAsync(_buffer.AsMemory(0, RecipeWriter.LiteralHead - 1), cancellationToken).ConfigureAwait(false);
                    await CopyAsync(input, BinaryPrimitives.ReadInt32LittleEndian(_buffer), hash, destination, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                await input.ReadExactlyAsync(_buffer.AsMemory(0, RecipeWriter.FileHead - 1), cancellationToken).ConfigureAwait(false);
                var entry = BinaryPrimitives.ReadInt32LittleEndian(_buffer);
                var size = BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(4));
                var length = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(12));
                await input.ReadExactlyAsync(_buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                var file = new FileStream(Open(root, aside, entry, Encoding.Latin1.GetString(_buffer, 0, length)), FileAccess.Read, bufferSize: 0);
                await using (file.ConfigureAwait(false))
                    await CopyAsync(file, size, hash, destination, cancellationToken).ConfigureAwait(false);
            }
        }

        if (Digests.Take(hash) != record.DiffId)
            throw Changed("its content has another digest");
    }

    private async Task CopyAsync(Stream from, long count, IncrementalHash hash, Stream destination, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var read = await from.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(count, _buffer.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw Changed("a file is shorter than it was");
            hash.AppendData(_buffer, 0, read);
            await destination.WriteAsync(_buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            count -= read;
        }
    }

    private async Task<bool> TryReadAsync(Stream input, int count, CancellationToken cancellationToken) =>
        await input.ReadAtLeastAsync(_buffer.AsMemory(0, count), count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == count;

    /// <summary>Where the bytes of that entry are now: a later entry may have displaced it, or a directory above it.</summary>
    private SafeFileHandle Open(SafeFileHandle root, SafeFileHandle? aside, int entry, string path)
    {
        var (directory, name) = (root, path);
        if (record.Displaced.FirstOrDefault(d => d.AtEntry > entry && (path == d.Path || path.StartsWith(d.Path + "/", StringComparison.Ordinal))) is { } moved)
            (directory, name) = (aside ?? throw Changed("its displaced files are gone"), $"{moved.Kept}{path[moved.Path.Length..]}");
        var file = new SafeFileHandle(Libc.OpenAt2(LayerTree.Number(directory), TarPath.Bytes(name), s_read), ownsHandle: true);
        return file.IsInvalid ? throw Changed($"a file cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}") : file;
    }

    private RuntimeException Changed(string how) => new(RuntimeError.Failed, $"the layer {record.DiffId} was changed on disk ({how}): remove its images and pull or import them again");
}
