using LiteKube.Client;

namespace LiteKube.Controllers.Owned;

/// <summary>
/// Creations and deletions that a controller has ordered and its cache has not shown yet. Until they have shown, or too long has passed, the
/// controller must not count what it has, or it would order the same again.
/// </summary>
internal sealed class Expectations(TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Expected> _expected = new(StringComparer.Ordinal);

    public bool Satisfied(string key)
    {
        lock (_gate)
            return !_expected.TryGetValue(key, out var expected) || (expected.Creations <= 0 && expected.Deletions.Count == 0) || time.GetSteadyNow() - expected.Since > s_patience;
    }

    public void ExpectCreations(string key, int count)
    {
        lock (_gate)
            _expected[key] = new Expected(time.GetSteadyNow()) { Creations = count };
    }

    public void ExpectDeletions(string key, IEnumerable<string> uids)
    {
        lock (_gate)
            _expected[key] = new Expected(time.GetSteadyNow()) { Deletions = [.. uids] };
    }

    /// <summary>A creation has shown, or will not come.</summary>
    public void Created(string key)
    {
        lock (_gate)
        {
            if (_expected.TryGetValue(key, out var expected))
                expected.Creations--;
        }
    }

    /// <summary>A deletion has shown, or will not come.</summary>
    public void Deleted(string key, string uid)
    {
        lock (_gate)
        {
            if (_expected.TryGetValue(key, out var expected))
                expected.Deletions.Remove(uid);
        }
    }

    public void Forget(string key)
    {
        lock (_gate)
            _expected.Remove(key);
    }

    private sealed class Expected(DateTimeOffset since)
    {
        public readonly DateTimeOffset Since = since;
        public int Creations;
        public HashSet<string> Deletions = [];
    }
}
