using System.Net;
using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Wire;
using LiteKube.Testing;

namespace LiteKube.Dns.Tests.Forwarding;

public sealed class UpstreamsTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    // Stands still, so that only a server that says nothing is ever too late.
    private readonly FakeTime _time = new();

    [Fact]
    public async Task An_answer_is_kept_and_then_given_without_asking()
    {
        using var server = new FakeUpstreamServer(request => [TestMessages.Answer(request, 60, "192.0.2.1")]);
        var upstreams = Of(server.EndPoint);

        Assert.Equal(["example.org 60 A 192.0.2.1"], await AskAsync(upstreams));
        Assert.Single(await AskAsync(upstreams));
        Assert.Equal(1, server.Asked);
    }

    [Fact]
    public async Task A_silent_server_is_passed_over_and_asked_last_from_then_on()
    {
        using var silent = new FakeUpstreamServer(_ => null);
        using var server = new FakeUpstreamServer(request => [TestMessages.Answer(request, 0, "192.0.2.1")]);
        var upstreams = Of(silent.EndPoint, server.EndPoint);

        var first = AskAsync(upstreams);
        await silent.Heard(1);
        _time.Advance(s_timeout);
        Assert.Single(await first);
        Assert.Single(await AskAsync(upstreams));
        Assert.Equal((1, 2), (silent.Asked, server.Asked));
    }

    [Fact]
    public async Task SERVFAIL_of_one_server_is_not_the_last_word()
    {
        using var broken = new FakeUpstreamServer(request =>
        {
            var answer = TestMessages.Answer(request, 0);
            answer[3] |= 2;
            return [answer];
        });
        using var server = new FakeUpstreamServer(request => [TestMessages.Answer(request, 0, "192.0.2.1")]);

        Assert.Single(await AskAsync(Of(broken.EndPoint, server.EndPoint)));
    }

    [Fact]
    public async Task A_truncated_answer_is_fetched_over_TCP()
    {
        using var server = new FakeUpstreamServer(
            request =>
            {
                var answer = TestMessages.Answer(request, 60);
                answer[2] |= 2;
                return [answer];
            },
            request => TestMessages.Answer(request, 60, [.. Enumerable.Range(1, 100).Select(i => $"192.0.2.{i}")]));

        Assert.Equal(100, (await AskAsync(Of(server.EndPoint))).Count);
    }

    [Fact]
    public async Task Answers_with_another_id_or_question_do_not_count()
    {
        using var server = new FakeUpstreamServer(request =>
        {
            var wrongId = TestMessages.Answer(request, 60, "203.0.113.66");
            wrongId[0] ^= 0xff;
            var wrongQuestion = TestMessages.Answer([.. request[..2], .. TestMessages.Query("evil.example", DnsType.A)[2..]], 60, "203.0.113.66");
            return [wrongId, wrongQuestion, [1, 2, 3], TestMessages.Answer(request, 60, "192.0.2.1")];
        });

        Assert.Equal(["example.org 60 A 192.0.2.1"], await AskAsync(Of(server.EndPoint)));
    }

    [Fact]
    public async Task Without_servers_the_answer_is_none_at_once() =>
        Assert.Null(await Ask(new Upstreams(new DnsOptions { ResolvConf = "/nonexistent" }, new ResolvConf(new DnsOptions { ResolvConf = "/nonexistent" }, TimeProvider.System), TimeProvider.System)));

    [Fact]
    public async Task While_all_servers_are_silent_only_one_question_waits()
    {
        using var silent = new FakeUpstreamServer(_ => null);
        var upstreams = Of(silent.EndPoint);
        var first = Ask(upstreams).AsTask();
        for (var round = 1; round <= 2; round++)
        {
            await silent.Heard(round);
            _time.Advance(s_timeout);
        }

        Assert.Null(await first);

        var probe = Ask(upstreams).AsTask();
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ask(upstreams).AsTask()));

        Assert.All(others, Assert.Null);
        Assert.False(probe.IsCompleted);
        await silent.Heard(3);
        _time.Advance(s_timeout);
        Assert.Null(await probe);
        Assert.Equal(3, silent.Asked);
    }

    private Upstreams Of(params IPEndPoint[] servers)
    {
        var options = new DnsOptions { Upstreams = servers, UpstreamTimeout = s_timeout };
        return new Upstreams(options, new ResolvConf(options, _time), _time);
    }

    private static ValueTask<byte[]?> Ask(Upstreams upstreams)
    {
        var request = TestMessages.Query("example.org", DnsType.A);
        Assert.True(DnsQuery.TryRead(request, out var query, out _));
        return upstreams.AskAsync(request, query, CancellationToken.None);
    }

    private static async Task<List<string>> AskAsync(Upstreams upstreams)
    {
        var answer = await Ask(upstreams);
        Assert.NotNull(answer);
        return TestMessages.Parse(answer).Answers;
    }
}
