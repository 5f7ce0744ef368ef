using System.Globalization;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Crash;

internal sealed record Observed(long Revision, string Type, string Name, string? Value)
{
    public static Observed Of(Seen seen) => new(
        long.Parse(seen.Version, CultureInfo.InvariantCulture), seen.Type, seen.Name, (string?)seen.Object["metadata"]?["annotations"]?["value"]);
}

/// <summary>A watch of one collection from one revision: live until the server dies, then once more after its restart. Both must tell the same.</summary>
internal sealed class Observer(string collection, long from, MixedLoad load)
{
    private readonly List<Observed> _live = [];

    public async Task FollowAsync(ApiClient client)
    {
        try
        {
            using var watch = await client.WatchAsync($"{collection}?resourceVersion={from}");
            while (await watch.NextAsync() is { } seen)
            {
                var e = Observed.Of(seen);
                if (_live.Count > 0 && e.Revision <= _live[^1].Revision)
                    throw new CrashException($"{collection}: a watch tells {e} after {_live[^1]}");
                _live.Add(e);
                load.Saw(e.Revision);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            // The server is gone, perhaps in the middle of a line.
        }
    }

    /// <summary>The events after the crash, up to that of an object made for it; what the live watch saw must be their beginning.</summary>
    /// <returns>How many events were compared; null where the server holds no history that old, which it may say.</returns>
    public async Task<int?> CompareAsync(ApiClient client)
    {
        var mark = "mark-" + Guid.NewGuid().ToString("N")[..8];
        using var watch = await client.WatchAsync($"{collection}?resourceVersion={from}");
        (await client.PostAsync(collection, $$$"""{"metadata":{"name":"{{{mark}}}"}}""")).Expect(201);
        var replayed = new List<Observed>();
        while (await watch.NextAsync() is { } seen)
        {
            if (seen.Type == "ERROR")
                return (int)seen.Object["code"]! == 410 ? null : throw new CrashException($"{collection}: {seen.Object.ToJsonString()}");
            if (seen.Name == mark)
                break;
            replayed.Add(Observed.Of(seen));
        }

        (await client.DeleteAsync($"{collection}/{mark}")).Expect(200);
        for (var i = 0; i < _live.Count; i++)
        {
            if (i >= replayed.Count || replayed[i] != _live[i])
                throw new CrashException($"{collection}: event {i} after {from} was {_live[i]} before the crash and is {(i < replayed.Count ? replayed[i] : "absent")} after it");
        }

        return _live.Count;
    }
}
