using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Robustness.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Disk;

public sealed class FullDiskTests
{
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private const int Megabytes = 48;

    [Fact]
    public async Task On_a_full_disk_writes_fail_clearly_and_reads_go_on_until_there_is_space_again()
    {
        await using var server = await ServerProcess.StartAsync(SmallDisk.MountPoint + "/data", SmallDisk.Wrapper(Megabytes), SmallDisk.Root);
        using var client = server.Client();
        var first = await client.CreateAsync(Path, Body("first"));
        using var watch = await client.WatchAsync($"{Path}?resourceVersion={first.Version}");
        var filler = SmallDisk.Root(server.Id) + SmallDisk.MountPoint + "/filler";
        SmallDisk.Fill(filler);

        var (acknowledged, refused, refusal) = await WriteUntilRefusedAsync(client);
        Assert.InRange(refusal.Code, 500, 599);
        Assert.Equal(("Failure", "ServiceUnavailable"), ((string?)refusal.Body["status"], refusal.Reason));
        Assert.Contains("no space left", refusal.Message, StringComparison.Ordinal);

        // Reads of every form, and refused writes have left no trace in them.
        (await client.GetAsync($"{Path}/first")).Expect(200);
        var names = (await client.GetAsync(Path)).Expect(200).Items.Select(i => (string)i!["metadata"]!["name"]!).ToHashSet();
        Assert.Superset(acknowledged, names);
        Assert.DoesNotContain(refused, names);
        (await client.GetAsync("/livez")).Expect(200);
        Assert.InRange((await client.PutAsync($"{Path}/first", Body("first", new string('y', 256 << 10)))).Code, 500, 599);
        Assert.Equal(first.Version, (await client.GetAsync($"{Path}/first")).Expect(200).Version);

        File.Delete(filler);
        var again = await EventuallyAsync(() => client.PostAsync(Path, Body("again")), 201);
        acknowledged.Add("again");
        var seen = new HashSet<string>();
        while (!seen.Contains("again"))
            seen.Add((await watch.ExpectAsync("ADDED")).Name);
        Assert.Superset(acknowledged, seen);
        Assert.Equal(200, (await client.PutAsync($"{Path}/first", Body("first", "changed"))).Code);
        Assert.NotEqual(first.Version, again.Version);
    }

    /// <summary>Room that the database has already is used up first.</summary>
    private static async Task<(HashSet<string> Acknowledged, string Refused, ApiAnswer Refusal)> WriteUntilRefusedAsync(ApiClient client)
    {
        var acknowledged = new HashSet<string>();
        for (var i = 0; i < Megabytes * 16; i++)
        {
            var answer = await client.PostAsync(Path, Body($"o-{i}", new string('x', 256 << 10)));
            if (answer.Code != 201)
                return (acknowledged, $"o-{i}", answer);
            acknowledged.Add($"o-{i}");
        }

        throw new InvalidOperationException("more was written than there is space for");
    }

    private static async Task<ApiAnswer> EventuallyAsync(Func<Task<ApiAnswer>> attempt, int code)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var answer = await attempt();
            if (answer.Code == code)
                return answer;
            Assert.InRange(answer.Code, 500, 599);
            await Task.Delay(100, limit.Token);
        }
    }

    private static string Body(string name, string value = "") => new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["data"] = new JsonObject { ["v"] = value } }.ToJsonString();
}
