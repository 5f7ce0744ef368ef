using LiteKube.Node.Runtime;

namespace LiteKube.Node.Server.Streams;

/// <summary>The client's end of an exec or attach, whichever protocol it speaks.</summary>
internal interface ICommandStreams : IAsyncDisposable
{
    /// <summary>Cancelled when the client has gone.</summary>
    CancellationToken Gone { get; }

    /// <summary>0 when the client has closed its stdin.</summary>
    ValueTask<int> ReadStdinAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The command reads no more: what the client still sends is dropped. Not while a read is pending.</summary>
    void StopStdin();

    /// <summary>Null when there will be no more.</summary>
    ValueTask<TerminalSize?> ReadSizeAsync(CancellationToken cancellationToken);

    /// <summary>Waits while the client is behind.</summary>
    ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Tells the outcome and ends the session in good order.</summary>
    ValueTask FinishAsync(CommandOutcome outcome, CancellationToken cancellationToken);
}
