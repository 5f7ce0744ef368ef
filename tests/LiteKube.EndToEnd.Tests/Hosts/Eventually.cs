using System.Diagnostics;

namespace LiteKube.EndToEnd.Tests.Hosts;

/// <summary>Waits for what must come true; the limit is generous, and what was last seen is told when it runs out.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static async Task<T> Get<T>(string what, Func<Task<T>> look, Func<T, bool> good, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        object? last = null;
        while (watch.Elapsed < (limit ?? Limit))
        {
            try
            {
                var value = await look();
                if (good(value))
                    return value;
                last = value;
            }
            catch (Exception error) when (error is InvalidOperationException or IOException)
            {
                last = error.Message;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"{what}: not within {limit ?? Limit}; last seen: {last}");
    }

    public static Task True(string what, Func<Task<bool>> look, TimeSpan? limit = null) => Get(what, look, x => x, limit);
}
