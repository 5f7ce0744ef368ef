using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Server.Streams;

/// <summary>Exec and attach over a WebSocket: channels 0 to 2 are the standard streams, 3 the outcome, 4 terminal sizes, 255 closes a channel (v5).</summary>
internal sealed class WebSocketCommandStreams : ICommandStreams
{
    private const int StdinChannel = 0;
    private const int ErrorChannel = 3;
    private const int ResizeChannel = 4;
    private const int CloseChannel = 255;
    private const int StdinBuffer = 256 * 1024;

    private readonly ChannelSocket _socket;
    private readonly CommandProtocol _protocol;
    private readonly Pipe _stdin = new(new PipeOptions(pauseWriterThreshold: StdinBuffer, resumeWriterThreshold: StdinBuffer / 2, useSynchronizationContext: false));
    private readonly Channel<TerminalSize> _sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TerminalSizes _sizeParser = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _stop = new();
    private bool _stdinClosed;
    private Task _receiving = Task.CompletedTask;

    private WebSocketCommandStreams(WebSocket socket, CommandProtocol protocol)
    {
        _socket = new ChannelSocket(socket, protocol.Base64);
        _protocol = protocol;
    }

    public CancellationToken Gone => _gone.Token;

    public static async Task<WebSocketCommandStreams> OpenAsync(WebSocket socket, CommandProtocol protocol, CommandRequest request, CancellationToken cancellationToken)
    {
        var streams = new WebSocketCommandStreams(socket, protocol);

        // An empty message tells the client that the command's streams are there.
        await streams._socket.SendAsync(request.Stdout ? 1 : request.Stderr ? 2 : ErrorChannel, default, cancellationToken).ConfigureAwait(false);
        streams._receiving = streams.ReceiveAsync();
        return streams;
    }

    public ValueTask<int> ReadStdinAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _stdin.Reader.ReadIntoAsync(buffer, cancellationToken);

    public void StopStdin() => _stdin.Reader.Complete();

    public async ValueTask<TerminalSize?> ReadSizeAsync(CancellationToken cancellationToken) =>
        await _sizes.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _sizes.Reader.TryRead(out var size) ? size : null;

    public ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty ? ValueTask.CompletedTask : _socket.SendAsync((int)stream, bytes, cancellationToken);

    public async ValueTask FinishAsync(CommandOutcome outcome, CancellationToken cancellationToken)
    {
        if (_protocol.StatusOutcome)
            await _socket.SendAsync(ErrorChannel, outcome.ToStatus(), cancellationToken).ConfigureAwait(false);
        else if (!outcome.IsSuccess)
            await _socket.SendAsync(ErrorChannel, Encoding.UTF8.GetBytes(outcome.Text), cancellationToken).ConfigureAwait(false);
        await _socket.CloseAsync(_receiving).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _socket.DisposeAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        _stop.Dispose();
        _gone.Dispose();
    }

    private async Task ReceiveAsync()
    {
        await _socket.ReceiveAsync(OnPieceAsync, _stop.Token).ConfigureAwait(false);
        CloseStdin();
        _sizes.Writer.TryComplete();
        await _gone.CancelAsync().ConfigureAwait(false);
    }

    private async ValueTask OnPieceAsync(int channel, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        switch (channel)
        {
            case StdinChannel when !_stdinClosed:
                await _stdin.Writer.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                break;
            case ResizeChannel when _protocol.Resize:
                foreach (var size in _sizeParser.Feed(piece))
                    _sizes.Writer.TryWrite(size);
                break;
            case CloseChannel when _protocol.CloseSignal && piece.Length > 0 && piece.Span[0] == StdinChannel:
                CloseStdin();
                break;
        }
    }

    private void CloseStdin()
    {
        _stdinClosed = true;
        _stdin.Writer.Complete();
    }
}
