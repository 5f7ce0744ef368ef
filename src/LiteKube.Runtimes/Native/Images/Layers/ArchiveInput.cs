using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// The bytes of an uncompressed archive, counted and, where asked for, digested. Decompression and digest run ahead on a thread of their own, by a few
/// buffers, whatever the archive's size.
/// </summary>
internal sealed class ArchiveInput : IDisposable
{
    private const int BufferSize = 256 << 10;
    private const int Buffers = 4;

    private readonly Stream _source;
    private readonly Func<long> _compressed;
    private readonly LayerLimits _limits;
    private readonly IncrementalHash? _hash;
    private readonly BlockingCollection<(byte[] Buffer, int Length)> _full = new(Buffers);
    private readonly BlockingCollection<byte[]> _empty = new(Buffers);
    private readonly CancellationTokenSource _stop;
    private readonly Task _ahead;
    private byte[] _buffer = [];
    private int _position;
    private int _length;
    private bool _ended;
    private volatile ExceptionDispatchInfo? _fault;

    /// <param name="compressed">The length of the compressed form, as far as it is known.</param>
    public ArchiveInput(Stream source, Func<long> compressed, LayerLimits limits, bool digest, CancellationToken cancellationToken)
    {
        (_source, _compressed, _limits) = (source, compressed, limits);
        _hash = digest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var i = 0; i < Buffers; i++)
            _empty.Add(ArrayPool<byte>.Shared.Rent(BufferSize), CancellationToken.None);
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
        return Digests.Take(_hash ?? throw new InvalidOperationException("no digest was asked for"));
    }

    public void Dispose()
    {
        _stop.Cancel();

        // It ends at its next buffer; the source is the caller's to close then.
        _ahead.Wait();
        _stop.Dispose();
        _hash?.Dispose();
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        foreach (var buffer in _empty.Concat(_full.Select(f => f.Buffer)))
            ArrayPool<byte>.Shared.Return(buffer);
        _full.Dispose();
        _empty.Dispose();
    }

    private bool Next()
    {
        if (_ended)
        {
            _fault?.Throw();
            return false;
        }

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
                var length = 0;
                try
                {
                    length = _source.ReadAtLeast(buffer.AsSpan(0, BufferSize), BufferSize, throwOnEndOfStream: false);
                    _stop.Token.ThrowIfCancellationRequested();
                    if (length == 0)
                        return;
                    total += length;
                    Limit(total);
                    _hash?.AppendData(buffer, 0, length);
                }
                catch
                {
                    length = 0;
                    throw;
                }
                finally
                {
                    if (length == 0)
                        ArrayPool<byte>.Shared.Return(buffer);
                }

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

    private void Limit(long total)
    {
        if (total > _limits.MaxBytes)
            throw LayerRefusal.Because($"it unpacks to more than {_limits.MaxBytes} bytes");
        if (total > _limits.FreeBytes && _compressed() is var compressed && total > compressed * _limits.MaxRatio)
            throw LayerRefusal.Because($"its {compressed} bytes unpack to more than {_limits.MaxRatio} times as many");
    }
}
