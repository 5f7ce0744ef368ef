using System.Text;
using LiteKube.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Tests.Engine;

/// <summary>How readers that wait learn of events.</summary>
public sealed class WakeTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private LogStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = new LogStore(new MemoryLog(), new StoreOptions { WatchBuffer = 4 }, new FakeTime(), NullLogger<LogStore>.Instance);
        await _store.OpenAsync(CancellationToken.None);
    }

    public Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hundreds_that_wait_all_get_every_event_in_order(bool shareTurns)
    {
        var readers = Enumerable.Range(0, 300).Select(_ => ReadAsync(Watch(shareTurns), 50)).ToArray();
        for (var i = 0; i < 50; i++)
            await WriteAsync($"a/{i}");
        foreach (var seen in await Task.WhenAll(readers).WaitAsync(s_limit))
            Assert.Equal(Enumerable.Range(0, 50).Select(i => $"a/{i}"), seen);
    }

    [Fact]
    public async Task A_reader_that_blocks_holds_up_no_writes_and_nobody_who_does_not_share_its_turn()
    {
        using var release = new ManualResetEventSlim();
        var shared = Watch(shareTurns: true);
        var blocked = Task.Run(async () =>
        {
            await shared.Events.WaitToReadAsync();
            release.Wait();
        });
        var other = ReadAsync(Watch(shareTurns: false), 10);
        for (var i = 0; i < 10; i++)
            await WriteAsync($"a/{i}").WaitAsync(s_limit);
        Assert.Equal(10, (await other.WaitAsync(s_limit)).Count);
        release.Set();
        await blocked.WaitAsync(s_limit);
        shared.Dispose();
    }

    [Fact]
    public async Task A_wait_ends_with_its_token_and_the_next_one_is_not_touched()
    {
        using var watch = Watch(shareTurns: true);
        for (var i = 0; i < 100; i++)
        {
            using var cancel = new CancellationTokenSource();
            var wait = watch.Events.WaitToReadAsync(cancel.Token).AsTask();
            var cancelling = Task.Run(cancel.Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(s_limit));
            await cancelling;
        }

        var next = watch.Events.WaitToReadAsync().AsTask();
        Assert.False(next.IsCompleted);
        await WriteAsync("a/x");
        Assert.True(await next.WaitAsync(s_limit));
    }

    [Fact]
    public async Task An_event_and_a_cancellation_at_once_lose_nothing()
    {
        using var watch = Watch(shareTurns: true);
        var seen = 0;
        for (var i = 0; i < 200; i++)
        {
            using var cancel = new CancellationTokenSource();
            var wait = watch.Events.WaitToReadAsync(cancel.Token).AsTask();
            var write = Task.Run(() => WriteAsync($"a/{i}"));
            await cancel.CancelAsync();
            try
            {
                await wait.WaitAsync(s_limit);
            }
            catch (OperationCanceledException)
            {
                // The event is there all the same.
            }

            await write;
            while (watch.Events.TryRead(out _))
                seen++;
        }

        Assert.Equal(200, seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wake_that_comes_after_its_wait_was_cancelled_does_not_end_the_next_one(bool blocksFirst)
    {
        using var release = new ManualResetEventSlim();
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = Watch(shareTurns: true);
        using var second = Watch(shareTurns: true);
        // In one of the orders the watch that blocks is woken before the other in their turn, whose wake then comes late.
        var (blocking, watch) = blocksFirst ? (first, second) : (second, first);
        var blocked = BlockAsync();
        using var cancel = new CancellationTokenSource();
        var wait = watch.Events.WaitToReadAsync(cancel.Token).AsTask();
        await WriteAsync("a/x");
        await blocks.Task.WaitAsync(s_limit);
        await cancel.CancelAsync();
        try
        {
            Assert.True(await wait.WaitAsync(s_limit));
        }
        catch (OperationCanceledException)
        {
            // The event is there all the same.
        }

        Assert.True(watch.Events.TryRead(out _));
        var next = watch.Events.WaitToReadAsync().AsTask();
        release.Set();
        await blocked.WaitAsync(s_limit);
        await WriteAsync("a/y");
        Assert.True(await next.WaitAsync(s_limit));

        async Task BlockAsync()
        {
            await blocking.Events.WaitToReadAsync().ConfigureAwait(false);
            blocks.SetResult();
            release.Wait(s_limit);
        }
    }

    [Fact]
    public async Task A_second_reader_may_not_wait_beside_the_first()
    {
        using var watch = Watch(shareTurns: false);
        var first = watch.Events.WaitToReadAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await watch.Events.WaitToReadAsync());
        await WriteAsync("a/x");
        Assert.True(await first.WaitAsync(s_limit));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_pushed_before_the_end_is_still_read(bool shareTurns)
    {
        var watch = Watch(shareTurns);
        Assert.False(watch.Events.TryRead(out _));
        await WriteAsync("a/1");
        await WriteAsync("a/2");
        watch.Dispose();
        Assert.False(watch.Events.Completion.IsCompleted);
        Assert.Equal(["a/1", "a/2"], await ReadAsync(watch, 3));
        await watch.Events.Completion.WaitAsync(s_limit);
    }

    private IStoreWatch Watch(bool shareTurns)
    {
        var watch = _store.Watch("a/", _store.Revision);
        watch.SharesTurns = shareTurns;
        return watch;
    }

    private async Task WriteAsync(string key) =>
        await _store.WriteAsync(new StoreWrite(key, Encoding.UTF8.GetBytes("v"), StoreWrite.AnyRevision), CancellationToken.None);

    /// <summary>The keys of so many events, or of those that there are before the end.</summary>
    private static async Task<List<string>> ReadAsync(IStoreWatch watch, int count)
    {
        var keys = new List<string>();
        while (keys.Count < count && await watch.Events.WaitToReadAsync())
        {
            while (watch.Events.TryRead(out var e))
                keys.Add(e.Key);
        }

        return keys;
    }
}
