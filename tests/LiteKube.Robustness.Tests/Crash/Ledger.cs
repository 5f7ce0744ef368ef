namespace LiteKube.Robustness.Tests.Crash;

/// <summary>What is known of one object: the last state that was acknowledged, and the one write whose answer was never read.</summary>
internal sealed class LedgerEntry(string collection, string name)
{
    public string Collection { get; } = collection;

    public string Name { get; } = name;

    /// <summary>Null: acknowledged to be absent, or never written.</summary>
    public string? Value { get; private set; }

    /// <summary>Of the last acknowledged write, where its answer told it.</summary>
    public long Revision { get; private set; }

    /// <summary>A write was sent and not answered.</summary>
    public bool InDoubt { get; private set; }

    public string? DoubtfulValue { get; private set; }

    public void Send(string? value)
    {
        InDoubt = true;
        DoubtfulValue = value;
    }

    public void Acknowledge(long revision)
    {
        (Value, Revision, InDoubt) = (DoubtfulValue, revision, false);
    }

    /// <summary>Settles what a restarted server shows.</summary>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? Settle(long revision, string? value)
    {
        var asAcknowledged = value == Value && (value is null || Revision == revision);
        var asDoubtful = InDoubt && value == DoubtfulValue && (value is null || revision > Revision);
        if (!asAcknowledged && !asDoubtful)
        {
            return $"{Collection}/{Name}: acknowledged {Show(Revision, Value)}{(InDoubt ? $", in doubt {Show(0, DoubtfulValue)}" : "")}, found {Show(revision, value)}";
        }

        (Value, Revision, InDoubt) = (value, revision, false);
        return null;
    }

    private static string Show(long revision, string? value) => value is null ? "absence" : $"\"{value}\" at {revision}";
}
