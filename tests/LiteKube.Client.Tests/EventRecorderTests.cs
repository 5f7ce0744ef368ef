using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Client.Tests;

public sealed class EventRecorderTests
{
    private static readonly Pod s_pod = new() { Metadata = new ObjectMeta { Namespace = "default", Name = "web", Uid = "u1" } };

    [Fact]
    public async Task An_event_names_its_object_and_its_reporter()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        await using var recorder = Recorder(cluster);

        recorder.Record(s_pod, EventType.Warning, "BackOff", "it crashed");

        await cluster.UntilAsync(() => cluster.Api.All<Event>().Count == 1, "written");
        var e = cluster.Api.All<Event>().Single();
        Assert.Equal(("Pod", "web", "u1"), (e.InvolvedObject.Kind, e.InvolvedObject.Name, e.InvolvedObject.Uid));
        Assert.Equal(("Warning", "BackOff", "it crashed", "kubelet", "n1", 1), (e.Type, e.Reason, e.Message, e.Source!.Component, e.Source.Host, e.Count));
        Assert.StartsWith("web.", e.Metadata.Name);
    }

    [Fact]
    public async Task The_same_again_is_counted()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        await using var recorder = Recorder(cluster);

        for (var i = 0; i < 5; i++)
            recorder.Record(s_pod, EventType.Warning, "BackOff", "it crashed");

        await cluster.UntilAsync(() => cluster.Api.All<Event>().SingleOrDefault()?.Count == 5, "counted");
    }

    [Fact]
    public async Task Many_that_differ_only_in_words_become_one()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        await using var recorder = Recorder(cluster);

        for (var i = 0; i < 20; i++)
            recorder.Record(s_pod, EventType.Warning, "BackOff", $"it crashed for the time {i}");

        await cluster.UntilAsync(() => cluster.Api.All<Event>().Any(e => e.Message!.StartsWith("(combined from similar events): ", StringComparison.Ordinal) && e.Count == 10), "combined");
        Assert.Equal(11, cluster.Api.All<Event>().Count);
    }

    [Fact]
    public async Task A_flood_about_one_object_is_cut_and_others_are_still_heard()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        await using var recorder = Recorder(cluster);

        for (var i = 0; i < 100; i++)
            recorder.Record(s_pod, EventType.Warning, "BackOff", "it crashed");
        recorder.Record(s_pod with { Metadata = s_pod.Metadata with { Name = "other", Uid = "u2" } }, EventType.Normal, "Pulled", "done");

        await cluster.UntilAsync(() => cluster.Api.All<Event>().Any(e => e.Reason == "Pulled"), "the other is heard");
        Assert.Equal(25, cluster.Api.All<Event>().Single(e => e.Reason == "BackOff").Count);
    }

    [Fact]
    public async Task What_the_server_refuses_is_let_go_and_what_it_cannot_take_now_tried_again()
    {
        await using var cluster = await FakeCluster.StartAsync(_ => { });
        await using var recorder = Recorder(cluster);
        var answers = new Queue<StatusReason>([StatusReason.Forbidden, StatusReason.ServiceUnavailable]);
        cluster.Api.Refuse = _ => answers.TryDequeue(out var reason) ? new ApiException(reason, "no") : null;

        recorder.Record(s_pod, EventType.Normal, "Refused", "a");
        recorder.Record(s_pod, EventType.Normal, "Delayed", "b");
        await cluster.UntilAsync(() => answers.Count == 0, "both were answered");
        cluster.Time.Advance(TimeSpan.FromSeconds(2));

        await cluster.UntilAsync(() => cluster.Api.All<Event>().Count == 1, "the second is written");
        Assert.Equal("Delayed", cluster.Api.All<Event>().Single().Reason);
    }

    private static EventRecorder Recorder(FakeCluster cluster) => new(cluster.Client, "kubelet", "n1", cluster.Time, NullLogger.Instance);
}
