using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace LiteKube.Node.Server.Spdy;

/// <summary>
/// The server's end of a SPDY/3.1 session over any byte stream. The client opens streams (odd ids) and each is handed to the acceptor; the server
/// opens none. Nothing is buffered beyond each stream's window: a peer that does no flow control is held back by this end not reading on.
/// </summary>
internal sealed class SpdySession(Stream transport) : IAsyncDisposable
{
    public const int InitialWindow = 64 * 1024;

    private const int MaxControlFrame = 64 * 1024;
    private const int MaxDataFrame = 32 * 1024;
    private const int MaxStreams = 1024;
    private const int SettingInitialWindow = 7;
    private const int SessionStream = 0;

    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SpdyHeaderWriter _headerWriter = new();
    private readonly SpdySendWindow _sessionWindow = new(InitialWindow);
    private int _peerInitialWindow = InitialWindow;
    private bool _peerControlsFlow;
    private int _sessionReceived;
    private int _lastStream;
    private bool _goneAway;

    // True within a write, and for good after one that was cut short: what follows half a frame would be nonsense.
    private bool _broken;

    /// <summary>Reads until the peer closes, then returns; every open stream is then aborted.</summary>
    /// <param name="accept">Called with each new stream, after the reply to it. Must not wait for data of any stream.</param>
    /// <exception cref="SpdyProtocolException">After a GOAWAY that says so.</exception>
    public async Task RunAsync(Action<SpdyStream> accept, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(transport, new StreamPipeReaderOptions(bufferSize: 32 * 1024, leaveOpen: true));
        using var headers = new SpdyHeaderReader();
        var reason = new IOException("the connection was closed");
        try
        {
            while (await ReadExactlyAsync(reader, SpdyFrame.HeaderSize, cancellationToken).ConfigureAwait(false) is { } header)
            {
                if (SpdyFrame.IsControl(header))
                    await ReadControlAsync(reader, header, headers, accept, cancellationToken).ConfigureAwait(false);
                else
                    await ReadDataAsync(reader, header, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SpdyProtocolException e)
        {
            reason = new IOException(e.Message, e);
            await SendAsync(SpdyFrame.Control(SpdyFrameType.GoAway, _lastStream, second: 1), cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (IOException e)
        {
            reason = e;
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
            foreach (var stream in _streams.Values)
                stream.Abort(reason);
            _sessionWindow.Close(reason);
        }
    }

    /// <summary>Tells the peer that no new stream will be served.</summary>
    public async ValueTask GoAwayAsync(CancellationToken cancellationToken)
    {
        _goneAway = true;
        await SendAsync(SpdyFrame.Control(SpdyFrameType.GoAway, _lastStream, second: 0), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _writing.Dispose();
        return transport.DisposeAsync();
    }

    internal void Forget(SpdyStream stream) => _streams.TryRemove(stream.Id, out _);

    internal async ValueTask SendDataAsync(SpdyStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SpdyFrame.HeaderSize + MaxDataFrame);
        try
        {
            while (bytes.Length > 0)
            {
                if (stream.SendClosed)
                    throw new IOException("the stream is closed");
                var allowed = await stream.SendWindow.TakeAsync(Math.Min(bytes.Length, MaxDataFrame), cancellationToken).ConfigureAwait(false);
                var count = await _sessionWindow.TakeAsync(allowed, cancellationToken).ConfigureAwait(false);
                if (count < allowed)
                    stream.SendWindow.Return(allowed - count);
                SpdyFrame.WriteDataHeader(buffer, stream.Id, fin: false, count);
                bytes[..count].CopyTo(buffer.AsMemory(SpdyFrame.HeaderSize));
                await SendAsync(buffer.AsMemory(0, SpdyFrame.HeaderSize + count), cancellationToken).ConfigureAwait(false);
                bytes = bytes[count..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal ValueTask SendEndAsync(int stream, CancellationToken cancellationToken)
    {
        var frame = new byte[SpdyFrame.HeaderSize];
        SpdyFrame.WriteDataHeader(frame, stream, fin: true, 0);
        return SendAsync(frame, cancellationToken);
    }

    internal ValueTask SendResetAsync(int stream, SpdyResetStatus status, CancellationToken cancellationToken) =>
        SendAsync(SpdyFrame.Control(SpdyFrameType.RstStream, stream, (int)status), cancellationToken);

    internal ValueTask SendWindowUpdateAsync(int stream, int bytes, CancellationToken cancellationToken) =>
        SendAsync(SpdyFrame.Control(SpdyFrameType.WindowUpdate, stream, bytes), cancellationToken);

    /// <summary>The streams' own windows bound what is buffered, so the session's is given back on receipt. Only the read loop calls this.</summary>
    private async ValueTask GiveBackSessionWindowAsync(int bytes, CancellationToken cancellationToken)
    {
        _sessionReceived += bytes;
        if (_sessionReceived < InitialWindow / 2)
            return;
        var due = _sessionReceived;
        _sessionReceived = 0;
        await SendWindowUpdateAsync(SessionStream, due, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadControlAsync(PipeReader reader, byte[] header, SpdyHeaderReader headers, Action<SpdyStream> accept, CancellationToken cancellationToken)
    {
        var length = SpdyFrame.LengthOf(header);
        if (SpdyFrame.VersionOf(header) != 3)
            throw new SpdyProtocolException($"a frame of SPDY version {SpdyFrame.VersionOf(header)}");
        if (length > MaxControlFrame)
            throw new SpdyProtocolException($"a control frame of {length} bytes");
        var body = await ReadExactlyAsync(reader, length, cancellationToken).ConfigureAwait(false) ?? throw new IOException("the connection was closed within a frame");
        var flags = SpdyFrame.FlagsOf(header);
        switch (SpdyFrame.TypeOf(header))
        {
            case SpdyFrameType.SynStream when length >= 10:
                await OpenAsync(body, flags, headers, accept, cancellationToken).ConfigureAwait(false);
                break;
            case SpdyFrameType.SynReply or SpdyFrameType.Headers when length >= 4:
                headers.Read(body.AsMemory(4));
                if ((flags & SpdyFrame.Fin) != 0 && _streams.TryGetValue(SpdyFrame.StreamOf(body), out var ended))
                    ended.ReceiveEnd();
                break;
            case SpdyFrameType.RstStream when length >= 8:
                if (_streams.TryGetValue(SpdyFrame.StreamOf(body), out var reset))
                    reset.Abort(new IOException($"the client reset the stream (status {SpdyFrame.StreamOf(body.AsSpan(4))})"));
                break;
            case SpdyFrameType.Settings when length >= 4:
                ReadSettings(body);
                break;
            case SpdyFrameType.Ping when length >= 4:
                if ((body[3] & 1) == 1)
                    await SendAsync(SpdyFrame.Control(SpdyFrameType.Ping, 0, body.AsSpan(0, 4)), cancellationToken).ConfigureAwait(false);
                break;
            case SpdyFrameType.WindowUpdate when length >= 8:
                GrowWindow(SpdyFrame.StreamOf(body), SpdyFrame.StreamOf(body.AsSpan(4)));
                break;
            case SpdyFrameType.SynStream or SpdyFrameType.SynReply or SpdyFrameType.Headers or SpdyFrameType.RstStream or SpdyFrameType.Settings or SpdyFrameType.Ping or SpdyFrameType.WindowUpdate:
                throw new SpdyProtocolException($"a {SpdyFrame.TypeOf(header)} frame of {length} bytes");
        }

        // GOAWAY asks for nothing: the client opens no more streams and closes when it is done. Unknown types are to be ignored.
    }

    private async ValueTask OpenAsync(byte[] body, byte flags, SpdyHeaderReader headers, Action<SpdyStream> accept, CancellationToken cancellationToken)
    {
        var id = SpdyFrame.StreamOf(body);
        var fields = headers.Read(body.AsMemory(10));
        if (id % 2 == 0 || id <= _lastStream)
        {
            await SendResetAsync(id, SpdyResetStatus.ProtocolError, cancellationToken).ConfigureAwait(false);
            return;
        }

        _lastStream = id;
        if (_goneAway || _streams.Count >= MaxStreams)
        {
            await SendResetAsync(id, SpdyResetStatus.RefusedStream, cancellationToken).ConfigureAwait(false);
            return;
        }

        var stream = new SpdyStream(this, id, fields, new SpdySendWindow(_peerInitialWindow, _peerControlsFlow));
        _streams[id] = stream;
        if ((flags & SpdyFrame.Fin) != 0)
            stream.ReceiveEnd();

        // Clients drop data that comes before the reply.
        Span<byte> idBytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(idBytes, id);
        var reply = SpdyFrame.Control(SpdyFrameType.SynReply, 0, [.. idBytes, .. _headerWriter.WriteEmpty()]);
        await SendAsync(reply, cancellationToken).ConfigureAwait(false);
        accept(stream);
    }

    private void ReadSettings(byte[] body)
    {
        var entries = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(body), (body.Length - 4) / 8);
        for (var i = 0; i < entries; i++)
        {
            var entry = body.AsSpan(4 + (i * 8), 8);
            if ((BinaryPrimitives.ReadUInt32BigEndian(entry) & 0xFFFFFF) != SettingInitialWindow)
                continue;
            var window = SpdyFrame.StreamOf(entry[4..]);
            var change = (long)window - _peerInitialWindow;
            _peerInitialWindow = window;
            _peerControlsFlow = true;
            foreach (var stream in _streams.Values)
                stream.SendWindow.Grow(change);
        }
    }

    private void GrowWindow(int stream, int bytes)
    {
        if (stream == SessionStream)
            _sessionWindow.Grow(bytes);
        else if (_streams.TryGetValue(stream, out var known))
            known.SendWindow.Grow(bytes);
    }

    private async Task ReadDataAsync(PipeReader reader, byte[] header, CancellationToken cancellationToken)
    {
        var known = _streams.TryGetValue(SpdyFrame.StreamOf(header), out var stream) && !stream.ReceiveClosed;
        var left = SpdyFrame.LengthOf(header);
        while (left > 0)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCompleted && read.Buffer.IsEmpty)
                throw new IOException("the connection was closed within a frame");
            var piece = read.Buffer.Slice(0, Math.Min(left, read.Buffer.Length));
            if (known)
            {
                foreach (var segment in piece)
                    await stream!.ReceiveAsync(segment, cancellationToken).ConfigureAwait(false);
            }

            var count = (int)piece.Length;
            left -= count;
            reader.AdvanceTo(piece.End);
            await GiveBackSessionWindowAsync(count, cancellationToken).ConfigureAwait(false);
        }

        if (known && (SpdyFrame.FlagsOf(header) & SpdyFrame.Fin) != 0)
            stream!.ReceiveEnd();
    }

    /// <summary>Null where the connection ends before the first byte.</summary>
    private static async ValueTask<byte[]?> ReadExactlyAsync(PipeReader reader, int length, CancellationToken cancellationToken)
    {
        if (length == 0)
            return [];
        var read = await reader.ReadAtLeastAsync(length, cancellationToken).ConfigureAwait(false);
        if (read.Buffer.Length < length)
            return read.Buffer.IsEmpty ? null : throw new IOException("the connection was closed within a frame");
        var bytes = read.Buffer.Slice(0, length).ToArray();
        reader.AdvanceTo(read.Buffer.GetPosition(length));
        return bytes;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_broken)
                throw new IOException("the connection was closed");
            _broken = true;
            await transport.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
            _broken = false;
        }
        finally
        {
            _writing.Release();
        }
    }
}
