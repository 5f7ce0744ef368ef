using LiteKube.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Images;

/// <summary>Removes images that no container has, longest unused first, when their disk is nearly full.</summary>
internal sealed partial class ImageCollector(IContainerRuntime runtime, NodeOptions options, TimeProvider time, ILogger<ImageCollector> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_minAge = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, DateTimeOffset> _lastUsed = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    var disk = (await runtime.Images.GetFileSystemAsync(cancellationToken).ConfigureAwait(false)).Path;
                    var drive = new DriveInfo(Directory.Exists(disk) ? disk : options.RootDirectory);
                    await CollectAsync(drive.TotalSize, drive.AvailableFreeSpace, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RuntimeException or IOException)
                {
                    LogFailed(e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    /// <summary>One pass.</summary>
    /// <returns>Bytes of the images removed.</returns>
    internal async Task<long> CollectAsync(long capacity, long available, CancellationToken cancellationToken)
    {
        var images = await runtime.Images.ListAsync(cancellationToken).ConfigureAwait(false);
        var used = (await runtime.ListContainersAsync(cancellationToken).ConfigureAwait(false)).SelectMany(c => (string[])[c.ImageId, c.Image]).ToHashSet(StringComparer.Ordinal);
        var now = time.GetUtcNow();
        var unused = new List<ImageStatus>();
        foreach (var image in images)
        {
            if (IsUsed(image, used))
                _lastUsed[image.Id] = now;
            else if (!image.Pinned && !image.Tags.Any(options.PinnedImages.Contains))
                unused.Add(image);

            // First seen counts as used: it may have been pulled for a container that is about to be made.
            _lastUsed.TryAdd(image.Id, now);
        }

        foreach (var gone in _lastUsed.Keys.Except(images.Select(i => i.Id)).ToList())
            _lastUsed.Remove(gone);
        if (capacity <= 0 || 100 - (available * 100 / capacity) < options.ImageGcHighPercent)
            return 0;
        var toFree = (capacity * (100 - options.ImageGcLowPercent) / 100) - available;
        long freed = 0;
        foreach (var image in unused.OrderBy(i => _lastUsed[i.Id]).TakeWhile(i => now - _lastUsed[i.Id] >= s_minAge))
        {
            if (freed >= toFree)
                break;
            try
            {
                await runtime.Images.RemoveAsync(image.Id, cancellationToken).ConfigureAwait(false);
            }
            catch (RuntimeException e)
            {
                // A container that was made meanwhile, or one of somebody else. The others may go.
                LogStays(image.Tags.Count > 0 ? image.Tags[0] : image.Id, e.Message);
                continue;
            }

            freed += image.SizeBytes;
            LogRemoved(image.Tags.Count > 0 ? image.Tags[0] : image.Id, image.SizeBytes);
        }

        return freed;
    }

    private static bool IsUsed(ImageStatus image, HashSet<string> used) => used.Contains(image.Id) || image.Tags.Any(used.Contains) || image.Digests.Any(used.Contains) || used.Any(u => u.EndsWith(image.Id, StringComparison.Ordinal));

    [LoggerMessage(Level = LogLevel.Information, Message = "image {Image} removed, {Bytes} bytes")]
    private partial void LogRemoved(string image, long bytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "image {Image} stays: {Reason}")]
    private partial void LogStays(string image, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "unused images not collected: {Error}")]
    private partial void LogFailed(string error);
}
