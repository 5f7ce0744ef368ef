namespace LiteKube.ApiServer.Resources;

/// <summary>Counts the writes to one kind's objects, under whatever names it is served.</summary>
internal sealed class WriteCount
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Add() => Interlocked.Increment(ref _value);
}
