namespace LiteKube.Node.Server.Stats;

/// <summary>Cores in use since the last time that somebody asked, from the counters of then and now. For one caller at a time.</summary>
internal sealed class UsageRates(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private Dictionary<string, Sample> _samples = [];
    private Dictionary<string, Sample> _next = [];

    /// <summary>Between this and <see cref="End"/>, what is not asked for again is forgotten.</summary>
    public void Begin() => _next = [];

    /// <summary>Null at the first time, when there is nothing to compare with.</summary>
    public ulong? NanoCores(string key, ulong cpuNanoseconds)
    {
        var now = time.GetTimestamp();
        if (!_samples.TryGetValue(key, out var last) || cpuNanoseconds < last.CpuNanoseconds)
        {
            _next[key] = new Sample(now, cpuNanoseconds, null);
            return null;
        }

        var elapsed = time.GetElapsedTime(last.Time, now);
        if (elapsed < Shortest)
        {
            _next[key] = last;
            return last.NanoCores;
        }

        var rate = (ulong)((cpuNanoseconds - last.CpuNanoseconds) / elapsed.TotalSeconds);
        _next[key] = new Sample(now, cpuNanoseconds, rate);
        return rate;
    }

    public void End() => _samples = _next;

    private sealed record Sample(long Time, ulong CpuNanoseconds, ulong? NanoCores);
}
