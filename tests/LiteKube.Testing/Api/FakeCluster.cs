using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Testing;

/// <summary>Modules on a <see cref="FakeApi"/> and a <see cref="FakeTime"/>: no sockets, no disk, no waiting for real time.</summary>
public sealed class FakeCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private FakeCluster(Action<IServiceCollection> modules)
    {
        Time = new FakeTime();
        Api = new FakeApi(Time);
        Client = new KubeClient(Api);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IApiTransportFactory>(Api);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddClient();
        modules(services);
        _services = services.BuildServiceProvider();
    }

    public FakeTime Time { get; }

    public FakeApi Api { get; }

    public KubeClient Client { get; }

    public T Service<T>() where T : notnull => _services.GetRequiredService<T>();

    public static async Task<FakeCluster> StartAsync(Action<IServiceCollection> modules, Action<FakeApi>? before = null)
    {
        var cluster = new FakeCluster(modules);
        cluster.Api.Add(new Namespace { Metadata = new ObjectMeta { Name = "default" } });
        before?.Invoke(cluster.Api);
        foreach (var module in cluster._services.GetServices<IHostedService>())
        {
            await module.StartAsync(CancellationToken.None);
            cluster._started.Add(module);
        }

        return cluster;
    }

    /// <summary>Waits until something is so. Time moves by a few milliseconds a look, so that retries happen and deadlines don't.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(limit) > s_limit)
                throw new TimeoutException($"after {s_limit.TotalSeconds} s still not so: {what}");
            Time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Delay(5);
        }
    }

    public async Task<T> UntilAsync<T>(string? ns, string name, Func<T, bool> condition, string what) where T : class, IKubeObject<T>
    {
        T? found = null;
        await UntilAsync(() => (found = Api.Find<T>(ns, name)) is not null && condition(found), what);
        return found!;
    }

    /// <summary>
    /// Waits until nothing has been written for a while in which all work that waited for a thread has had one: all loops have come to rest, as far as that can
    /// be seen. That no work waits at all is not asked for: other tests, which share the threads, always have some.
    /// For asserting that something does not happen; what must happen is waited for by <see cref="UntilAsync(Func{bool}, string)"/>.
    /// </summary>
    public async Task SettleAsync()
    {
        var seen = -1;
        for (var quiet = 0; quiet < 12;)
        {
            var writes = Api.Writes.Count;
            quiet = writes == seen ? quiet + 1 : 0;
            seen = writes;
            Time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Delay(10);
            await QueuePassedAsync();
        }
    }

    /// <summary>Until what was queued for the thread pool before this call has been taken up: it is first come, first served.</summary>
    private static Task QueuePassedAsync() => Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ =>
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(static p => p.SetResult(), passed, preferLocal: false);
        return passed.Task;
    }));

    public async ValueTask DisposeAsync()
    {
        foreach (var module in Enumerable.Reverse(_started))
            await module.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
