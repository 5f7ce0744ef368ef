namespace LiteKube.Node.Containers;

/// <summary>Waits that double with each failure and start anew after a long good time. Keys are few (containers and images of one pod). Not thread-safe.</summary>
internal sealed class Backoff(TimeProvider time, TimeSpan initial, TimeSpan max)
{
    private readonly Dictionary<string, (TimeSpan Delay, DateTimeOffset Updated)> _entries = new(StringComparer.Ordinal);

    /// <summary>How long still to wait, counted from <paramref name="since"/>; zero when the time has come.</summary>
    public TimeSpan Remaining(string key, DateTimeOffset since)
    {
        if (!_entries.TryGetValue(key, out var entry) || IsOver(entry.Updated, since))
            return TimeSpan.Zero;
        var remaining = since + entry.Delay - time.GetUtcNow();

        // More than the whole wait: the clock was set back since. Nobody is to wait for it to come round again.
        return remaining > TimeSpan.Zero && remaining <= entry.Delay ? remaining : TimeSpan.Zero;
    }

    /// <summary>The wait now in force; what messages tell.</summary>
    public TimeSpan DelayOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Delay : TimeSpan.Zero;

    /// <summary>Lengthens the wait that the next failure brings.</summary>
    public void Next(string key, DateTimeOffset since)
    {
        var delay = !_entries.TryGetValue(key, out var entry) || IsOver(entry.Updated, since) ? initial : Min(entry.Delay * 2, max);
        _entries[key] = (delay, time.GetUtcNow());
    }

    public void Forget(string key) => _entries.Remove(key);

    private bool IsOver(DateTimeOffset updated, DateTimeOffset since) => since - updated > max * 2;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
