using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Tests.Forwarding;

public sealed class AnswerCacheTests
{
    private readonly SettableTime _time = new();

    [Fact]
    public void Age_is_taken_off_and_an_old_answer_is_gone()
    {
        var cache = new AnswerCache(10, _time);
        Put(cache, "a.example", 20);

        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(["a.example 13 A 192.0.2.1"], TestMessages.Parse(cache.Get(Query("a.example"))).Answers);
        _time.Advance(TimeSpan.FromSeconds(13));
        Assert.Null(cache.Get(Query("a.example")));
    }

    [Fact]
    public void Nothing_is_kept_longer_than_half_a_minute()
    {
        var cache = new AnswerCache(10, _time);
        Put(cache, "a.example", 86400);

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Null(cache.Get(Query("a.example")));
    }

    [Fact]
    public void A_full_cache_forgets_what_ends_first()
    {
        var cache = new AnswerCache(2, _time);
        Put(cache, "long.example", 25);
        Put(cache, "short.example", 5);
        Put(cache, "new.example", 15);

        Assert.Null(cache.Get(Query("short.example")));
        Assert.NotNull(cache.Get(Query("long.example")));
        Assert.NotNull(cache.Get(Query("new.example")));
    }

    [Fact]
    public void Failures_are_not_kept()
    {
        var cache = new AnswerCache(2, _time);
        var answer = TestMessages.Answer(TestMessages.Query("a.example", DnsType.A), 60, "192.0.2.1");
        answer[3] |= 2;

        cache.Put(Query("a.example"), answer);

        Assert.Null(cache.Get(Query("a.example")));
    }

    private static void Put(AnswerCache cache, string name, uint ttl) =>
        cache.Put(Query(name), TestMessages.Answer(TestMessages.Query(name, DnsType.A), ttl, "192.0.2.1"));

    private static DnsQuery Query(string name)
    {
        Assert.True(DnsQuery.TryRead(TestMessages.Query(name, DnsType.A), out var query, out _));
        return query;
    }

    private sealed class SettableTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        internal void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
