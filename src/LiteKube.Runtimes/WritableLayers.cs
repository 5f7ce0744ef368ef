using System.Collections.Concurrent;
using System.IO.Enumeration;

namespace LiteKube.Runtimes;

/// <summary>Bytes that containers wrote to their own layer. Measuring walks the layer, so a figure is kept for a minute.</summary>
internal sealed class WritableLayers(TimeProvider time)
{
    private const int MostContainers = 1024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly EnumerationOptions EveryFile = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };

    private readonly ConcurrentDictionary<string, (long Measured, ulong Bytes)> _sizes = new();

    public ulong SizeOf(string containerId, string directory)
    {
        if (_sizes.TryGetValue(containerId, out var known) && time.GetElapsedTime(known.Measured) < Lifetime)
            return known.Bytes;
        if (_sizes.Count >= MostContainers)
            _sizes.Clear();
        var bytes = Measure(directory);
        _sizes[containerId] = (time.GetTimestamp(), bytes);
        return bytes;
    }

    private static ulong Measure(string directory)
    {
        try
        {
            var lengths = new FileSystemEnumerable<long>(directory, static (ref FileSystemEntry entry) => entry.Length, EveryFile)
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
                ShouldRecursePredicate = static (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
            };
            return (ulong)lengths.Sum();
        }
        catch (IOException)
        {
            // The container went while it was measured.
            return 0;
        }
    }
}
