using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;

namespace LiteKube.Client.Tests;

public sealed class InformerTests
{
    [Fact]
    public async Task It_holds_what_was_there_and_what_came_and_not_what_went()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { }, api => api.Add(Map("a")));
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        await informer.HasSynced.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.NotNull(informer.Get("default/a"));

        cluster.Api.Add(Map("b"));
        cluster.Api.Delete<ConfigMap>("default", "a");

        await cluster.UntilAsync(() => informer.Get("default", "b") is not null && informer.Get("default", "a") is null, "b is there and a is not");
        Assert.Single(informer.List());
        Assert.Single(informer.ListIn("default"));
        Assert.Empty(informer.ListIn("other"));
    }

    [Fact]
    public async Task Handlers_hear_each_change_once_and_in_order_also_one_that_comes_late()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        await informer.HasSynced.WaitAsync(TimeSpan.FromSeconds(90));
        var early = new List<string>();
        using var first = informer.Subscribe((old, current) => early.Add(Say(old, current)));
        cluster.Api.Add(Map("a"));
        SetValue(cluster, "a", "1");
        SetValue(cluster, "a", "2");
        await cluster.UntilAsync(() => informer.Get("default/a")?.Data.GetValueOrDefault("v") == "2", "seen");

        var late = new List<string>();
        using var second = informer.Subscribe((old, current) => late.Add(Say(old, current)));
        cluster.Api.Delete<ConfigMap>("default", "a");
        await cluster.UntilAsync(() => late.Count == 2, "told");

        Assert.Equal([">", ">1", "1>2", "2>"], early);
        Assert.Equal([">2", "2>"], late);

        static string Say(ConfigMap? old, ConfigMap? current) => $"{old?.Data.GetValueOrDefault("v")}>{current?.Data.GetValueOrDefault("v")}";
    }

    [Fact]
    public async Task A_subscription_ends_with_what_its_handler_has_not_been_told_to_be_gone()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { }, api =>
        {
            api.Add(Map("a"));
            api.Add(Map("b"));
        });
        var informer = cluster.Service<InformerFactory>().Of(ConfigMap.Resource);
        await informer.HasSynced.WaitAsync(TimeSpan.FromSeconds(90));
        var told = new List<string>();
        var subscription = informer.Subscribe((old, current) => told.Add((current is null ? "-" : "+") + (current ?? old)!.Header.Name));
        cluster.Api.Delete<ConfigMap>("default", "a");
        await cluster.UntilAsync(() => informer.Get("default/a") is null, "gone");

        var left = subscription.End();
        cluster.Api.Delete<ConfigMap>("default", "b");
        await cluster.UntilAsync(() => informer.Get("default/b") is null, "gone");

        Assert.Equal("b", Assert.Single(left).Header.Name);
        Assert.Equal(["+a", "+b", "-a"], told.Order(StringComparer.Ordinal).OrderBy(t => t[0] == '-'));
        Assert.Empty(subscription.End());
    }

    [Fact]
    public async Task In_process_the_cache_holds_the_servers_own_object()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { }, api => api.Add(Map("a")));
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        await informer.HasSynced.WaitAsync(TimeSpan.FromSeconds(90));

        Assert.Same(cluster.Api.Find<ConfigMap>("default", "a"), informer.Get("default/a"));
    }

    [Fact]
    public async Task After_a_broken_watch_it_goes_on_where_it_was()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { }, api => api.Add(Map("a")));
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        var events = new List<string>();
        using var subscription = informer.Subscribe((old, current) => events.Add((old is null ? "+" : current is null ? "-" : "~") + (current ?? old)!.Metadata.Name));
        await informer.HasSynced.WaitAsync(TimeSpan.FromSeconds(90));

        cluster.Api.BreakWatches();
        cluster.Api.Add(Map("b"));
        cluster.Api.Delete<ConfigMap>("default", "b");
        cluster.Api.Add(Map("c"));

        await cluster.UntilAsync(() => events.Count == 4, "c is told");
        Assert.Equal(["+a", "+b", "-b", "+c"], events);
    }

    [Fact]
    public async Task When_history_is_gone_it_lists_again_and_tells_the_difference()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { }, api =>
        {
            api.Add(Map("stays"));
            api.Add(Map("goes"));
            api.Add(Map("again"));
        });
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        var events = new List<string>();
        using var subscription = informer.Subscribe((old, current) => events.Add((old is null ? "+" : current is null ? "-" : "~") + (current ?? old)!.Metadata.Name));
        await informer.HasSynced.WaitAsync(TimeSpan.FromSeconds(90));
        events.Clear();

        cluster.Api.BreakWatches();
        cluster.Api.Delete<ConfigMap>("default", "goes");
        cluster.Api.Delete<ConfigMap>("default", "again");
        cluster.Api.Add(Map("again"));
        cluster.Api.Add(Map("comes"));
        cluster.Api.Compact();

        await cluster.UntilAsync(() => events.Count == 4, "listed again");
        Assert.Equal(["+again", "+comes", "-again", "-goes"], events.Order(StringComparer.Ordinal));
        Assert.True(events.IndexOf("-again") < events.IndexOf("+again"));
    }

    [Fact]
    public async Task A_server_without_streaming_lists_is_listed_and_watched()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { }, api =>
        {
            api.RefusesStreamingLists = true;
            api.Add(Map("a"));
        });
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        await cluster.UntilAsync(() => informer.HasSynced.IsCompleted, "synced");

        cluster.Api.Add(Map("b"));

        await cluster.UntilAsync(() => informer.Count == 2, "both");
    }

    [Fact]
    public async Task A_filter_lets_objects_come_and_go()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        var informer = cluster.Service<InformerFactory>().Of<Pod>(InformerFilter.OnNode("n1"));
        cluster.Api.Add(new Pod { Metadata = new ObjectMeta { Namespace = "default", Name = "p" } });
        cluster.Api.Add(new Pod { Metadata = new ObjectMeta { Namespace = "default", Name = "q" }, Spec = new PodSpec { NodeName = "n2" } });

        cluster.Api.Change<Pod>("default", "p", p => p with { Spec = p.Spec with { NodeName = "n1" } });

        await cluster.UntilAsync(() => informer.Get("default/p") is not null, "p is there");
        Assert.Equal(1, informer.Count);
    }

    [Fact]
    public async Task Indexes_follow_changes()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        var informer = cluster.Service<InformerFactory>().Of<Pod>();
        cluster.Api.Add(new Pod { Metadata = new ObjectMeta { Namespace = "default", Name = "p" } });
        await cluster.UntilAsync(() => informer.Count == 1, "seen");
        var byNode = informer.ByNode();
        Assert.Single(byNode[""]);

        cluster.Api.Change<Pod>("default", "p", p => p with { Spec = p.Spec with { NodeName = "n1" } });

        await cluster.UntilAsync(() => byNode["n1"].Count == 1, "moved");
        Assert.Empty(byNode[""]);
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_stop_the_others()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        var informer = cluster.Service<InformerFactory>().Of<ConfigMap>();
        var heard = 0;
        using var bad = informer.Subscribe((_, _) => throw new InvalidOperationException("a bug"));
        using var good = informer.Subscribe((_, _) => heard++);

        cluster.Api.Add(Map("a"));
        cluster.Api.Add(Map("b"));

        await cluster.UntilAsync(() => heard == 2, "both heard");
    }

    [Fact]
    public async Task Of_one_type_and_filter_there_is_one_watch()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        var factory = cluster.Service<InformerFactory>();
        var first = factory.Of<ConfigMap>();
        var second = factory.Of<ConfigMap>();
        await Task.WhenAll(first.HasSynced, second.HasSynced).WaitAsync(TimeSpan.FromSeconds(90));

        Assert.Equal(1, cluster.Api.OpenWatches);
    }

    private static void SetValue(FakeCluster cluster, string name, string value) =>
        cluster.Api.Change<ConfigMap>("default", name, m => m with { Data = new Dictionary<string, string> { ["v"] = value } });

    private static ConfigMap Map(string name) => new() { Metadata = new ObjectMeta { Namespace = "default", Name = name } };
}
