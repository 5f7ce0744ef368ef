using System.Globalization;
using LiteKube.Runtimes.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Benchmarks.Images;

/// <summary>The most memory this process had while it imported a small image, and one twenty times as large. Fails where the size shows.</summary>
internal sealed class ImportMemoryBenchmark : IBenchmark
{
    private const double AllowedGrowth = 8;

    public string Name => "memory";

    public async Task RunAsync(string directory, Report report)
    {
        // Made beforehand, so that making them does not count.
        var small = SampleImage.ManyFiles(Directory.CreateDirectory(Path.Combine(directory, "small")).FullName, 50_000_000);
        var large = SampleImage.ManyFiles(Directory.CreateDirectory(Path.Combine(directory, "large")).FullName, 1_000_000_000);
        await ImportAsync(small, directory);
        var before = await ImportAsync(small, directory);
        var after = await ImportAsync(large, directory);
        report.Line("most memory during the import of 50 MB", before, "MB");
        report.Line("most memory during the import of 1,000 MB", after, "MB");
        if (after - before > AllowedGrowth)
            throw new InvalidOperationException($"memory grows with the image: {before:0} MB, then {after:0} MB");
    }

    private static async Task<double> ImportAsync(SampleImage image, string directory)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        // 5 resets the highest resident size to what it is now (proc(5)).
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        var target = Path.Combine(directory, "target");
        using var stop = new CancellationTokenSource();
        var collecting = CollectAsync(stop.Token);
        using (var images = new LocalImages(new NativeRuntimeOptions { RootDirectory = target }, TimeProvider.System, NullLoggerFactory.Instance))
            await images.ImportAsync(image.ArchiveFile, null, pinned: false, CancellationToken.None);
        await stop.CancelAsync();
        await collecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Directory.Delete(target, recursive: true);
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1e3;
    }

    /// <summary>What is garbage and not yet collected does not count: a small image's end comes before any collection.</summary>
    private static async Task CollectAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await timer.WaitForNextTickAsync(cancellationToken))
            GC.Collect(0);
    }
}
