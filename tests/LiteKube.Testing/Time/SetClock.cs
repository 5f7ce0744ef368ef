namespace LiteKube.Testing.Time;

/// <summary>A wall clock that shows what it is set to. Timers run in real time.</summary>
public sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public SetClock()
        : this(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;

    public void Advance(TimeSpan by) => Now += by;
}
