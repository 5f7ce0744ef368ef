namespace LiteKube.ApiServer.Resources;

/// <summary>Counts the writes to one kind's objects, under whatever names it is served.</summary>
internal sealed class WriteCount
{
    private long _value;
    private int _underWay;

    /// <summary>Grows with every write that has come to an end. To be read before <see cref="IsUnderWay"/>.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Whether there may be writes that others can see already, but that are not counted yet.</summary>
    public bool IsUnderWay => Volatile.Read(ref _underWay) > 0;

    public void Begin() => Interlocked.Increment(ref _underWay);

    /// <summary>Also of a write that failed or was refused: of some failures nobody knows what they left.</summary>
    public void End()
    {
        Interlocked.Increment(ref _value);
        Interlocked.Decrement(ref _underWay);
    }
}
