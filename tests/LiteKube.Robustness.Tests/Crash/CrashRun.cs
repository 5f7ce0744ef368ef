using System.Diagnostics;
using System.Globalization;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Robustness.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Crash;

/// <summary>
/// Rounds of: start the server, compare it with all that is known of it, load it, kill it at a random moment. Some rounds kill it while it starts.
/// Throws <see cref="CrashException"/> where an acknowledged write is gone, a revision is used twice, a watch tells another history or SQLite finds damage.
/// </summary>
internal sealed class CrashRun(string directory, int seed, Action<string> log)
{
    private const int LongestRound = 1500;
    private const int LongestStart = 700;

    private readonly MixedLoad _load = new(seed);
    private readonly Random _random = new(seed);
    private List<Observer> _observers = [];
    private long _compared;
    private int _givenUp;

    public long Acknowledged => _load.Acknowledged;

    public static async Task<int> MainAsync(Arguments arguments)
    {
        var rounds = arguments.Number("rounds", 200);
        var seed = arguments.Number("seed", Environment.TickCount);
        var directory = Directory.CreateTempSubdirectory("litekube-crash-");
        Console.WriteLine($"{rounds} rounds, seed {seed}, {ServerProcess.Executable ?? "the API server alone"}");
        try
        {
            await new CrashRun(directory.FullName, seed, Console.WriteLine).RunAsync(rounds);
            directory.Delete(recursive: true);
            return 0;
        }
        catch (CrashException e)
        {
            Console.WriteLine($"FAILED: {e.Message}\nthe data directory is kept: {directory.FullName}");
            return 1;
        }
    }

    public async Task RunAsync(int rounds)
    {
        var started = Stopwatch.StartNew();
        for (var round = 1; round <= rounds; round++)
            log(await RoundAsync(round));
        await using var server = await ServerProcess.StartAsync(directory);
        using var client = server.Client();
        var objects = await VerifyAsync(client);
        await server.StopAsync();
        DatabaseCheck.Run(Database);
        log(string.Create(CultureInfo.InvariantCulture,
            $"{rounds} rounds in {started.Elapsed.TotalSeconds:F0} s: {_load.Acknowledged} acknowledged writes, none lost; {objects} objects as acknowledged; {_compared} watch events told again alike ({_givenUp} histories given up); highest revision {_load.Newest}; every integrity check ok"));
    }

    private string Database => Path.Combine(directory, "server", "db", "state.db");

    private async Task<string> RoundAsync(int round)
    {
        if (_random.Next(8) == 0)
        {
            var moment = TimeSpan.FromMilliseconds(_random.Next(LongestStart));
            await (await ServerProcess.StartAsync(directory, killAfter: moment)).DisposeAsync();
            DatabaseCheck.Run(Database);
        }

        var start = Stopwatch.StartNew();
        await using var server = await ServerProcess.StartAsync(directory);
        var up = start.ElapsedMilliseconds;
        using var client = server.Client();
        var objects = await VerifyAsync(client);
        var before = _load.Acknowledged;
        var (floor, followed) = await FollowAsync(client);
        var writes = _load.RunAsync(client, round, floor);
        var life = 20 + _random.Next(LongestRound);
        await Task.WhenAny(Task.Delay(life), writes);
        await server.KillAsync();
        await writes;
        await followed;
        DatabaseCheck.Run(Database);
        return string.Create(CultureInfo.InvariantCulture,
            $"round {round}: up in {up} ms, {objects} objects as acknowledged, revision {_load.Newest}; killed after {life} ms, {_load.Acknowledged - before} writes acknowledged, {_load.Entries.Count(e => e.InDoubt)} in doubt");
    }

    private async Task<(long Floor, Task Followed)> FollowAsync(ApiClient client)
    {
        var floor = _load.Newest;
        _observers = [];
        var following = new List<Task>();
        foreach (var collection in MixedLoad.Collections)
        {
            var from = long.Parse((await client.GetAsync(collection + "?limit=1")).Expect(200).Version, CultureInfo.InvariantCulture);
            _load.Saw(from);
            var observer = new Observer(collection, from, _load);
            _observers.Add(observer);
            following.Add(Task.Run(() => observer.FollowAsync(client)));
        }

        return (floor, Task.WhenAll(following));
    }

    private async Task<int> VerifyAsync(ApiClient client)
    {
        var created = await client.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{MixedLoad.Namespace}}}"}}""");
        if (created.Code is not (201 or 409))
            throw new CrashException($"the namespace cannot be made: {created.Code} {created.Message}");
        var found = 0;
        foreach (var collection in MixedLoad.Collections)
        {
            var list = (await client.GetAsync(collection)).Expect(200);
            if (long.Parse(list.Version, CultureInfo.InvariantCulture) < _load.Newest)
                throw new CrashException($"{collection}: is at revision {list.Version}, but {_load.Newest} was seen before the crash");
            var objects = list.Items.ToDictionary(i => (string)i!["metadata"]!["name"]!, i => i!["metadata"]!);
            foreach (var entry in _load.Entries.Where(e => e.Collection == collection))
            {
                var there = objects.GetValueOrDefault(entry.Name);
                var revision = there is null ? 0 : long.Parse((string)there["resourceVersion"]!, CultureInfo.InvariantCulture);
                if (entry.Settle(revision, (string?)there?["annotations"]?["value"]) is { } wrong)
                    throw new CrashException(wrong);
                _load.Saw(revision);
                found += there is null ? 0 : 1;
            }
        }

        foreach (var observer in _observers)
        {
            if (await observer.CompareAsync(client) is { } compared)
                _compared += compared;
            else
                _givenUp++;
        }

        return found;
    }
}
