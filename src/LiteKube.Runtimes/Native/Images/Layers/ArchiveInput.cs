using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// The bytes of an uncompressed archive, counted and digested. Decompression and digest run ahead on a thread of their own, by a few buffers, whatever
/// the archive's size.
/// </summary>
internal sealed class ArchiveInput : IDisposable
{
    private const int BufferSize = 256 << 10;
    private const int Buffers = 4;

    private readonly Stream _source;
    private readonly long _limit;
    private readonly string _limitReason;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlockingCollection<(byte[] Buffer, int Length)> _full = new(Buffers);
    private readonly BlockingCollection<byte[]> _empty = new(Buffers);
    private readonly CancellationTokenSource _stop;
    private readonly Task _ahead;
    private byte[] _buffer = [];
    private int _position;
    private int _length;
    private bool _ended;
    private volatile ExceptionDispatchInfo? _fault;

    public ArchiveInput(Stream source, long compressedSize, LayerLimits limits, CancellationToken cancellationToken)
    {
        _source = source;
        var byRatio = Math.Max(limits.FreeBytes, compressedSize * limits.MaxRatio);
        _limit = Math.Min(byRatio, limits.MaxBytes);
        _limitReason = _limit == limits.MaxBytes ? $"it unpacks to more than {limits.MaxBytes} bytes" : $"its {compressedSize} bytes unpack to more than {limits.MaxRatio} times as many";
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var i = 0; i < Buffers; i++)
            _empty.Add(new byte[BufferSize], CancellationToken.None);
        _ahead = Task.Factory.StartNew(ReadAhead, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Bytes given out.</summary>
    public long Position { get; private set; }

    /// <summary>Up to so many bytes, valid until the next call. Empty at the archive's end.</summary>
    public ReadOnlySpan<byte> Take(long most)
    {
        if (_position == _length && !Next())
            return default;
        var count = (int)Math.Min(most, _length - _position);
        var bytes = _buffer.AsSpan(_position, count);
        _position += count;
        Position += count;
        return bytes;
    }

    /// <summary>False where the archive ends first; then nothing of it is left.</summary>
    public bool TryReadExactly(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var part = Take(bytes.Length);
            if (part.Length == 0)
                return false;
            part.CopyTo(bytes);
            bytes = bytes[part.Length..];
        }

        return true;
    }

    /// <summary>Of everything, once <see cref="Take"/> has come to the end.</summary>
    public string Digest()
    {
        if (!_ended)
            throw new InvalidOperationException("the archive is not read to its end");
        return Digests.Take(_hash);
    }

    public void Dispose()
    {
        _stop.Cancel();

        // It ends at its next buffer; the source is the caller's to close then.
        _ahead.Wait();
        _stop.Dispose();
        _hash.Dispose();
        _full.Dispose();
        _empty.Dispose();
    }

    private bool Next()
    {
        if (_ended)
            return false;
        if (_buffer.Length > 0)
            _empty.Add(_buffer, CancellationToken.None);
        _buffer = [];
        if (!_full.TryTake(out var next, Timeout.Infinite, CancellationToken.None))
        {
            _ended = true;
            _position = _length = 0;
            _fault?.Throw();
            return false;
        }

        (_buffer, _length) = next;
        _position = 0;
        return true;
    }

    private void ReadAhead()
    {
        try
        {
            long total = 0;
            while (true)
            {
                var buffer = _empty.Take(_stop.Token);
                var length = _source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                _stop.Token.ThrowIfCancellationRequested();
                if (length == 0)
                    return;
                total += length;
                if (total > _limit)
                    throw LayerRefusal.Because(_limitReason);
                _hash.AppendData(buffer, 0, length);
                _full.Add((buffer, length), CancellationToken.None);
            }
        }
        catch (InvalidDataException e)
        {
            _fault = ExceptionDispatchInfo.Capture(LayerRefusal.Because($"it cannot be decompressed ({e.Message})"));
        }
        catch (Exception e)
        {
            // Whoever takes the buffers gets it.
            _fault = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _full.CompleteAdding();
        }
    }
}
