namespace LiteKube.Node.Server.PortForward;

/// <summary>The client's end of one forwarded connection.</summary>
internal interface IPortStream
{
    /// <summary>0 when the client has sent its last byte.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>The pod has sent its last byte.</summary>
    ValueTask CloseSendAsync(CancellationToken cancellationToken);

    /// <summary>Nothing more is read.</summary>
    void StopReading();
}
