namespace LiteKube.Client;

/// <summary>
/// A clock for what this process only measures: pauses, deadlines, how long ago something was. The wall clock is set forth and back while it runs (small
/// boxes start without one and learn the time later), and a pause of a second must not become one of hours by that.
/// </summary>
public static class SteadyClock
{
    /// <summary>Moves evenly, and means nothing but in comparison with another of the same process: never to be stored, sent or compared with the wall clock.</summary>
    public static DateTimeOffset GetSteadyNow(this TimeProvider time)
    {
        // GetElapsedTime counts in floating point: what is due now would not be, by some ticks.
        var ticks = (Int128)time.GetTimestamp() * TimeSpan.TicksPerSecond / time.TimestampFrequency;
        return DateTimeOffset.UnixEpoch.AddTicks((long)ticks);
    }
}
