namespace LiteKube.Security.Pki;

/// <summary>
/// How long certificates hold. They begin at the Unix epoch, because small boxes start without a clock and must still be believed; for the same reason
/// an end is never counted from before LiteKube existed.
/// </summary>
public static class CertificateLifetimes
{
    public static readonly DateTimeOffset NotBefore = DateTimeOffset.UnixEpoch;

    public static readonly TimeSpan Authority = TimeSpan.FromDays(365 * 30);

    public static readonly TimeSpan Leaf = TimeSpan.FromDays(365);

    private static readonly DateTimeOffset s_earliestNow = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset NotAfter(DateTimeOffset now, TimeSpan lifetime) => (now < s_earliestNow ? s_earliestNow : now) + lifetime;

    /// <summary>True from the last third of a leaf's year on: time enough to miss several chances.</summary>
    public static bool IsDue(DateTimeOffset notAfter, DateTimeOffset now) => IsDue(notAfter, Leaf, now);

    public static bool IsDue(DateTimeOffset notAfter, TimeSpan lifetime, DateTimeOffset now) => notAfter - now < lifetime / 3;
}
