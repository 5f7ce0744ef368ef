namespace LiteKube.ApiServer.Flow;

/// <summary>A request that waits for a seat. Settled once: seated by the level, or given up by itself.</summary>
internal sealed class FlowWaiter(FlowQueue queue)
{
    private readonly TaskCompletionSource _seated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FlowQueue Queue { get; } = queue;

    public Task Seated => _seated.Task;

    public void Seat() => _seated.TrySetResult();
}

/// <summary>Those who wait at one level in one queue, first come first.</summary>
internal sealed class FlowQueue(int number)
{
    public int Number { get; } = number;

    public LinkedList<FlowWaiter> Waiters { get; } = [];
}
