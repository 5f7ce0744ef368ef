using System.Net;
using System.Text;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Security.Pki;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Transport;

[Collection(ApiHostCollection.Name)]
public sealed class TlsConnectionTests(ApiHost host)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public async Task Large_lists_arrive_whole_however_many_go_at_once(int major, int minor)
    {
        var path = await LargeListAsync(40);
        using var client = host.Client(host.Services.GetRequiredService<ClusterPki>().Admin());
        var bodies = await Task.WhenAll(Enumerable.Range(0, 24).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = new Version(major, minor), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await client.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return OfNoMoment(await answer.Content.ReadAsStringAsync());
        })).WaitAsync(s_limit);
        Assert.All(bodies, body => Assert.Equal(bodies[0], body));
        for (var i = 0; i < 40; i++)
            Assert.Contains($"\"payload\":\"{Payload(i)}\"", bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_nobody_and_finds_its_answer_later()
    {
        var path = await LargeListAsync(160);
        using var slow = await RawClient.ConnectAsync(host.Address, Identity());
        // More than the socket and every buffer on the way hold.
        await slow.GetAsync(path);
        await slow.GetAsync(path);
        var expected = OfNoMoment(await (await host.Admin.Http.GetAsync(path).WaitAsync(s_limit)).Content.ReadAsStringAsync());
        for (var i = 0; i < 3; i++)
            (await host.Admin.GetAsync(path).WaitAsync(s_limit)).Expect(200);
        for (var i = 0; i < 2; i++)
        {
            var (head, body) = await slow.AnswerAsync().WaitAsync(s_limit);
            Assert.StartsWith("HTTP/1.1 200 OK", head, StringComparison.Ordinal);
            Assert.Equal(expected, OfNoMoment(Encoding.UTF8.GetString(body)));
        }
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_watch_though_nothing_is_written_to_it()
    {
        var path = $"/api/v1/namespaces/{await host.NamespaceAsync()}/replicationcontrollers";
        using (var client = await RawClient.ConnectAsync(host.Address, Identity()))
        {
            await client.GetAsync($"{path}?watch=true");
            await client.HeadAsync().WaitAsync(s_limit);
            await WatchesAsync(1);
        }

        await WatchesAsync(0);
    }

    [Fact]
    public async Task Whoever_speaks_no_TLS_is_sent_away_and_holds_up_nobody()
    {
        using var silent = await RawClient.ConnectAsync(host.Address, null);
        using var plain = await RawClient.ConnectAsync(host.Address, null);
        await plain.GetAsync("/healthz");
        using var client = host.Client(Identity());
        (await client.GetAsync("/version").WaitAsync(s_limit)).Expect(200);
        var rest = new byte[64];
        try
        {
            while (await plain.Stream.ReadAsync(rest).AsTask().WaitAsync(s_limit) > 0)
                Assert.NotEqual((byte)'H', rest[0]);
        }
        catch (IOException)
        {
            // Reset is an end too.
        }
    }

    [Fact]
    public async Task A_connection_serves_one_request_after_the_other()
    {
        using var client = await RawClient.ConnectAsync(host.Address, Identity());
        for (var i = 0; i < 20; i++)
            await client.GetAsync("/version");
        for (var i = 0; i < 20; i++)
            Assert.Contains("\"gitVersion\"", Encoding.UTF8.GetString((await client.AnswerAsync().WaitAsync(s_limit)).Body), StringComparison.Ordinal);
    }

    private System.Security.Cryptography.X509Certificates.X509Certificate2 Identity() => host.Services.GetRequiredService<ClusterPki>().Admin();

    private async Task<string> LargeListAsync(int count)
    {
        var path = $"/api/v1/namespaces/{await host.NamespaceAsync()}/configmaps";
        for (var i = 0; i < count; i++)
            await host.Admin.CreateAsync(path, $$$"""{"metadata":{"name":"o-{{{i}}}"},"data":{"payload":"{{{Payload(i)}}}"} }""");
        return path;
    }

    /// <summary>The list without the revision that it was read at: between two lists anything else may have been written.</summary>
    private static string OfNoMoment(string list)
    {
        const string before = "\"metadata\":{\"resourceVersion\":\"";
        var from = list.IndexOf(before, StringComparison.Ordinal) + before.Length;
        Assert.InRange(from, before.Length, 200);
        return list.Remove(from, list.IndexOf('"', from) - from);
    }

    // 50,000 bytes, different ones in each.
    private static string Payload(int i) => string.Concat(Enumerable.Repeat($"{i:D4}-{i * 7919:D8}-", 50_000 / 14));

    private async Task WatchesAsync(int expected)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var metrics = await host.Admin.Http.GetStringAsync("/metrics");
            var line = metrics.Split('\n').FirstOrDefault(l => l.StartsWith("apiserver_longrunning_requests{", StringComparison.Ordinal) && l.Contains("replicationcontrollers", StringComparison.Ordinal));
            if ((line is null ? 0 : double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture)) == expected)
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_limit, line);
            await Task.Delay(20);
        }
    }
}
