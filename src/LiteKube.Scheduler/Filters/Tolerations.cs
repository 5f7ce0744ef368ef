using System.Globalization;
using LiteKube.Api.Core.V1;

namespace LiteKube.Scheduler.Filters;

/// <summary>(https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/)</summary>
internal static class Tolerations
{
    public static bool Tolerate(IReadOnlyList<Toleration> tolerations, Taint taint)
    {
        foreach (var toleration in tolerations)
            if (Tolerates(toleration, taint))
                return true;
        return false;
    }

    private static bool Tolerates(Toleration toleration, Taint taint)
    {
        if (!string.IsNullOrEmpty(toleration.Effect) && toleration.Effect != taint.Effect)
            return false;
        if (!string.IsNullOrEmpty(toleration.Key) && toleration.Key != taint.Key)
            return false;
        return toleration.Operator switch
        {
            "Exists" => true,
            null or "" or "Equal" => (toleration.Value ?? "") == (taint.Value ?? "") && !string.IsNullOrEmpty(toleration.Key),
            "Gt" => Compare(taint, toleration) > 0,
            "Lt" => Compare(taint, toleration) < 0,
            _ => false,
        };
    }

    private static int Compare(Taint taint, Toleration toleration) =>
        long.TryParse(taint.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left) && long.TryParse(toleration.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}
