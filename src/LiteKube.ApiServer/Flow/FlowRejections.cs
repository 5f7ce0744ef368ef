using System.Collections.Concurrent;

namespace LiteKube.ApiServer.Flow;

/// <summary>How many requests were turned away, and why.</summary>
internal sealed class FlowRejections
{
    private readonly ConcurrentDictionary<(string Schema, string Level, string Reason), long> _counts = new();

    public IEnumerable<KeyValuePair<(string Schema, string Level, string Reason), long>> Counts => _counts;

    public void Count(string schema, string level, string reason) => _counts.AddOrUpdate((schema, level, reason), 1, (_, count) => count + 1);
}
