using LiteKube.Api.Flowcontrol.V1;

namespace LiteKube.ApiServer.Flow;

/// <summary>One priority level's share of the server, in requests at once.</summary>
/// <param name="Nominal">Its own seats.</param>
/// <param name="Lendable">Those of them that others may use while it does not.</param>
/// <param name="Most">Its own and what it may borrow.</param>
/// <param name="Queues">0: who finds no seat is turned away at once.</param>
internal sealed record LevelLimits(bool IsExempt, int Nominal, int Lendable, int Most, int Queues, int HandSize, int QueueLength)
{
    public static readonly LevelLimits None = new(true, 0, 0, 0, 0, 0, 0);

    /// <param name="total">The requests at once of the whole server.</param>
    /// <param name="sharesOfAll">The shares of all levels together.</param>
    public static LevelLimits Of(PriorityLevelConfigurationSpec spec, int total, long sharesOfAll)
    {
        var nominal = sharesOfAll == 0 ? 0 : (int)Math.Ceiling((double)total * SharesOf(spec) / sharesOfAll);
        if (spec.Type == "Exempt" || spec.Limited is not { } limited)
            return new LevelLimits(true, nominal, Part(nominal, spec.Exempt?.LendablePercent ?? 0), int.MaxValue, 0, 0, 0);
        var most = limited.BorrowingLimitPercent is { } borrowed ? nominal + Part(nominal, borrowed) : total;
        var queuing = limited.LimitResponse is { Type: "Queue" } response ? response.Queuing ?? new QueuingConfiguration() : null;
        // A level without a seat would hold its requests for ever.
        nominal = Math.Max(nominal, 1);
        return new LevelLimits(false, nominal, Part(nominal, limited.LendablePercent ?? 0), Math.Max(most, nominal), queuing is null ? 0 : Or(queuing.Queues, 64), queuing is null ? 0 : Or(queuing.HandSize, 8), queuing is null ? 0 : Or(queuing.QueueLengthLimit, 50));
    }

    public static long SharesOf(PriorityLevelConfigurationSpec spec) => spec.Type == "Exempt" ? spec.Exempt?.NominalConcurrencyShares ?? 0 : spec.Limited?.NominalConcurrencyShares ?? 30;

    private static int Part(int nominal, int percent) => (int)Math.Round(nominal * percent / 100.0);

    private static int Or(int? value, int @default) => value is > 0 and { } given ? given : @default;
}
