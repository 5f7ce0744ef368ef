namespace LiteKube.Checks;

internal enum Verdict
{
    Good,

    /// <summary>LiteKube runs, but something is less than it could be.</summary>
    Poor,
    Bad,
}

/// <param name="Remedy">What to do about it; null where nothing need be done.</param>
internal sealed record Finding(Verdict Verdict, string Subject, string Text, string? Remedy = null)
{
    public override string ToString() => $"{(Verdict switch { Verdict.Good => "ok", Verdict.Poor => "warn", _ => "FAIL" }),-5}{Subject,-11}{Text}{(Remedy is null ? "" : ": " + Remedy)}";
}
