namespace LiteKube.Benchmarks.Api;

/// <summary>kube-apiserver 1.36.3 with etcd 3.5.16 on the reference machine, measured in the same way: what the ratios are to.</summary>
internal static class ReferenceFigures
{
    public static double? Creates(int clients) => clients switch { 1 => 550, 16 => 1060, 64 => 1900, _ => null };

    public static double? Updates(int clients) => clients switch { 1 => 512, 16 => 1412, 64 => 1635, _ => null };

    public static double? Gets(int clients) => clients switch { 1 => 1143, 16 => 2945, 64 => 3620, _ => null };

    public static double? Lists(int clients) => clients switch { 1 => 44, 16 => 99, 64 => 107, _ => null };

    public static double? WatchEvents(int watchers) => watchers switch { 100 => 30_300, 500 or 1000 => 38_500, _ => null };

    public const double CreateP99At64 = 77;

    /// <summary>In MB, apiserver and etcd together, after the load: the middle of 830 to 980.</summary>
    public const double Resident = 905;
}
