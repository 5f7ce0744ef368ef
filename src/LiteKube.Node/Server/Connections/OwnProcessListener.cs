using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Server.Connections;

/// <summary>
/// Kestrel's way to connections from this very process: a pair of sockets each, of which nobody else can get hold, and so without TLS. The certificate
/// that the caller shows is the connection's, as if TLS had brought it, and is judged by the same rules.
/// </summary>
internal sealed class OwnProcessListener : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private const int BlockSize = 4096;

    private static readonly Blocks s_blocks = new();

    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();
    private readonly SocketConnectionContextFactory _sockets;
    private readonly Lock _stopping = new();
    private bool _isStopped;

    public OwnProcessListener(ILoggerFactory loggers) => _sockets = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), loggers.CreateLogger<OwnProcessListener>());

    public EndPoint EndPoint { get; } = new OwnProcessEndPoint();

    public bool CanBind(EndPoint endpoint) => endpoint is OwnProcessEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    /// <param name="shown">A certificate that was found good; null shows none.</param>
    /// <returns>The caller's end; null where the server has stopped.</returns>
    public Stream? Connect(X509Certificate2? shown)
    {
        lock (_stopping)
        {
            if (_isStopped)
                return null;
            var (ours, theirs) = SocketPair.Create();
            var connection = _sockets.Create(theirs);
            connection.Features.Set<ITlsConnectionFeature>(new ShownCertificate(shown));
            connection.Features.Set<IMemoryPoolFeature>(s_blocks);
            _connections.Writer.TryWrite(connection);
            return new NetworkStream(ours, ownsSocket: true);
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _connections.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        while (_connections.Reader.TryRead(out var late))
            await late.DisposeAsync().ConfigureAwait(false);
        _sockets.Dispose();
    }

    private void Stop()
    {
        lock (_stopping)
        {
            _isStopped = true;
            _connections.Writer.TryComplete();
        }
    }

    private sealed class OwnProcessEndPoint : EndPoint
    {
        public override string ToString() => "own-process";
    }

    /// <summary>Kestrel asks for a block of no particular size where it writes; the shared pool, which these connections have, would give it an empty one.</summary>
    private sealed class Blocks : MemoryPool<byte>, IMemoryPoolFeature
    {
        public override int MaxBufferSize => BlockSize;

        public MemoryPool<byte> MemoryPool => this;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(BlockSize);

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class ShownCertificate(X509Certificate2? certificate) : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = certificate;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
