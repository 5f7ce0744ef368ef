namespace LiteKube.Store.Writing;

/// <summary>A write and whoever waits for its outcome. Continuations never run on the writer thread.</summary>
internal sealed class WriteRequest(in StoreWrite write, CancellationToken cancellationToken)
    : TaskCompletionSource<WriteResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public StoreWrite Write { get; } = write;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Set by the writer when it takes up the write; handed over when the batch is published.</summary>
    public WriteResult Result { get; set; }
}
