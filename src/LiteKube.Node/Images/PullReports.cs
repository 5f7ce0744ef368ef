using System.Globalization;
using LiteKube.Node.Pods;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Images;

/// <summary>Tells a pod's events how far a long pull is, every half minute while something comes.</summary>
internal sealed class PullReports(string container, string image, PodEvents events, TimeProvider time) : IProgress<PullProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private long _told = time.GetTimestamp();

    public void Report(PullProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_lock)
        {
            if (time.GetElapsedTime(_told) < s_interval)
                return;
            _told = time.GetTimestamp();
        }

        events.Normal(container, "Pulling", $"Pulling image \"{image}\": {Megabytes(value.DownloadedBytes)} of {Megabytes(value.TotalBytes)} MB, {value.LayersDone} of {value.Layers} layers");
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
