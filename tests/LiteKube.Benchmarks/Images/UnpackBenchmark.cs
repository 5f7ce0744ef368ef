using System.Diagnostics;
using LiteKube.Runtimes.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Benchmarks.Images;

/// <summary>
/// Archive to durable image, beside the floors of the same minute: the same bytes written to one file, and the same layer unpacked by tar, both with
/// everything on disk at the end. Rounds take turns; the median of each is told.
/// </summary>
internal sealed class UnpackBenchmark : IBenchmark
{
    private const int Rounds = 3;
    private const long Bytes = 300_000_000;

    private int _targets;

    public string Name => "unpack";

    public async Task RunAsync(string directory, Report report)
    {
        await MeasureAsync(SampleImage.ManyFiles(directory, Bytes), directory, report);
        await MeasureAsync(SampleImage.LargeFiles(directory, Bytes), directory, report);
    }

    private async Task MeasureAsync(SampleImage image, string directory, Report report)
    {
        var gzipped = image.Gzipped();
        var (raw, tar, plain, compressed, gzip) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            raw.Add(await TimeAsync(directory, target => WriteAsync(image.LayerFile, Path.Combine(target, "raw"))));
            tar.Add(await TimeAsync(directory, target => RunAsync("tar", "-C", target, "-xf", image.LayerFile)));
            plain.Add(await TimeAsync(directory, target => ImportAsync(target, image.ArchiveFile)));
            gzip.Add(await TimeAsync(directory, target => RunAsync("tar", "-C", target, "-xzf", gzipped)));
            compressed.Add(await TimeAsync(directory, target => ImportAsync(target, gzipped)));
        }

        var what = $"{image.Bytes / 1e6:0} MB in {image.Files} files";
        report.Line($"{what}: one file written and synced (floor)", Speed(raw), "MB/s");
        report.Line("  tar x and sync (floor)", Speed(tar), "MB/s");
        report.Line("  litekube images import", Speed(plain), "MB/s");
        report.Line("  tar xz of the gzipped archive, not of the layer in it", Speed(gzip), "MB/s");
        report.Line("  litekube images import of the gzipped archive", Speed(compressed), "MB/s");

        double Speed(List<double> seconds) => image.Bytes / 1e6 / seconds.Order().ElementAt(Rounds / 2);
    }

    /// <summary>
    /// Seconds until it is done and on disk. Nothing is removed before the benchmark's end: for minutes after, ext4 looks for inodes that were not freed
    /// lately, and whoever makes files pays.
    /// </summary>
    private async Task<double> TimeAsync(string directory, Func<string, Task> work)
    {
        var target = Directory.CreateDirectory(Path.Combine(directory, $"target{_targets++}")).FullName;
        await RunAsync("sync", "-f", directory);
        var watch = Stopwatch.StartNew();
        await work(target);
        await RunAsync("sync", "-f", target);
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task WriteAsync(string from, string to)
    {
        await using var source = File.OpenRead(from);
        await using var file = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await source.CopyToAsync(file, 1 << 20);
        file.Flush(flushToDisk: true);
    }

    private static async Task ImportAsync(string target, string archive)
    {
        using var images = new LocalImages(new NativeRuntimeOptions { RootDirectory = target }, TimeProvider.System, NullLoggerFactory.Instance);
        await images.ImportAsync(archive, null, pinned: false, CancellationToken.None);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
