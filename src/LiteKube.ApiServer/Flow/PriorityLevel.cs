using LiteKube.Api;

namespace LiteKube.ApiServer.Flow;

/// <summary>
/// The seats of one PriorityLevelConfiguration, and who waits for them. Free seats are taken and given back by one interlocked operation each; the lock
/// is entered only where somebody waits. Waiting flows are spread over queues (each flow is dealt a hand of them and waits in the shortest), and the
/// queues are served in turn, so that a flow that floods fills its own hand and lets others pass.
/// </summary>
internal sealed class PriorityLevel(string name, Func<PriorityLevel, bool> mayBorrow)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, FlowQueue> _queues = [];
    private readonly LinkedList<FlowQueue> _turns = [];
    private volatile LevelLimits _limits = LevelLimits.None;
    private int _executing;
    private int _waiting;
    private long _dispatched;

    public string Name { get; } = name;

    /// <summary>Of the object; empty before there is one.</summary>
    public string Uid { get; set; } = "";

    public LevelLimits Limits
    {
        get => _limits;
        set
        {
            _limits = value;
            if (Volatile.Read(ref _waiting) > 0)
                Dispatch();
        }
    }

    public int Executing => Volatile.Read(ref _executing);

    public int Waiting => Volatile.Read(ref _waiting);

    public long Dispatched => Interlocked.Read(ref _dispatched);

    /// <summary>Takes a seat if one is free and nobody waits for it.</summary>
    public bool TryEnter()
    {
        if (Volatile.Read(ref _waiting) > 0 && !_limits.IsExempt)
            return false;
        if (!TryTake())
        {
            // A seat given back while this one was asked for may have looked taken to whoever was to pass it on.
            if (Volatile.Read(ref _waiting) > 0)
                Dispatch();
            return false;
        }

        Interlocked.Increment(ref _dispatched);
        return true;
    }

    /// <summary>Gives a seat back.</summary>
    public void Leave()
    {
        Interlocked.Decrement(ref _executing);
        if (Volatile.Read(ref _waiting) > 0)
            Dispatch();
    }

    /// <summary>Waits for a seat.</summary>
    /// <param name="flow">The hash of the flow: the same flow is always dealt the same queues.</param>
    /// <returns>Null with a seat taken, else why there is none: <c>concurrency-limit</c>, <c>queue-full</c> or <c>time-out</c>.</returns>
    public async ValueTask<string?> WaitAsync(ulong flow, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        FlowWaiter waiter;
        lock (_gate)
        {
            var limits = _limits;
            if (limits.Queues == 0)
                return "concurrency-limit";
            var queue = Shortest(flow, limits);
            if (queue.Waiters.Count >= limits.QueueLength)
                return "queue-full";
            waiter = new FlowWaiter(queue);
            if (queue.Waiters.Count == 0)
            {
                _queues[queue.Number] = queue;
                _turns.AddLast(queue);
            }

            queue.Waiters.AddLast(waiter);
            Interlocked.Increment(ref _waiting);
        }

        // A seat may have become free between the look that found none and the place in the queue.
        Dispatch();
        try
        {
            await waiter.Seated.WaitAsync(limit, time, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return Abandon(waiter) ? "time-out" : null;
        }
        catch (OperationCanceledException)
        {
            if (!Abandon(waiter))
                Leave();
            throw;
        }
    }

    private void Dispatch()
    {
        lock (_gate)
        {
            while (_turns.First is { } turn && TryTake())
            {
                var queue = turn.Value;
                var waiter = queue.Waiters.First!.Value;
                Remove(queue.Waiters.First);
                if (queue.Waiters.Count > 0)
                {
                    _turns.RemoveFirst();
                    _turns.AddLast(turn);
                }

                Interlocked.Increment(ref _dispatched);
                waiter.Seat();
            }
        }
    }

    private bool TryTake()
    {
        // A seat of the level's own is taken without ever counting more than there are, or two that ask at once could turn each other away from a free one.
        var limits = _limits;
        if (limits.IsExempt)
        {
            Interlocked.Increment(ref _executing);
            return true;
        }

        for (var present = Executing; present < limits.Nominal;)
        {
            var seen = Interlocked.CompareExchange(ref _executing, present + 1, present);
            if (seen == present)
                return true;
            present = seen;
        }

        if (limits.Most <= limits.Nominal)
            return false;
        var executing = Interlocked.Increment(ref _executing);
        if (executing <= limits.Nominal || (executing <= limits.Most && mayBorrow(this)))
            return true;
        Interlocked.Decrement(ref _executing);
        return false;
    }

    /// <summary>False where the waiter has been seated meanwhile.</summary>
    private bool Abandon(FlowWaiter waiter)
    {
        lock (_gate)
        {
            if (waiter.Queue.Waiters.Find(waiter) is not { } place)
                return false;
            Remove(place);
            return true;
        }
    }

    private void Remove(LinkedListNode<FlowWaiter> place)
    {
        var queue = place.Value.Queue;
        queue.Waiters.Remove(place);
        Interlocked.Decrement(ref _waiting);
        if (queue.Waiters.Count > 0)
            return;
        _queues.Remove(queue.Number);
        _turns.Remove(queue);
    }

    /// <summary>The shortest of the queues that the flow is dealt: HandSize different ones out of all, decided by its hash.</summary>
    private FlowQueue Shortest(ulong flow, LevelLimits limits)
    {
        Span<int> hand = stackalloc int[Math.Min(limits.HandSize, limits.Queues)];
        FlowQueue? shortest = null;
        for (var dealt = 0; dealt < hand.Length; dealt++)
        {
            var left = (ulong)(limits.Queues - dealt);
            var card = (int)(flow % left);
            flow /= left;
            // The cards left are numbered without those dealt, which are kept in order.
            var at = 0;
            while (at < dealt && hand[at] <= card)
            {
                card++;
                at++;
            }

            hand[at..dealt].CopyTo(hand[(at + 1)..]);
            hand[at] = card;
            if (!_queues.TryGetValue(card, out var queue))
                return new FlowQueue(card);
            if (shortest is null || queue.Waiters.Count < shortest.Waiters.Count)
                shortest = queue;
        }

        return shortest!;
    }
}
