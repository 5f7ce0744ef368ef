using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Http;

[Collection(ApiHostCollection.Name)]
public sealed class ListBodiesTests(ApiHost host)
{
    private readonly FakeTime _time = new();

    [Fact]
    public void A_list_is_joined_when_it_is_asked_for_again_and_is_the_same_for_all()
    {
        using var bodies = new ListBodies(_time);
        var items = Items(200, 1024);
        Assert.Null(bodies.Find(List(items)));
        var body = bodies.Find(List([.. items]));
        Assert.NotNull(body);
        Assert.Same(body, bodies.Find(List([.. items])));
        var joined = string.Join(',', items.Select(i => Encoding.UTF8.GetString(i.Json.Span)));
        Assert.Equal(joined, string.Concat(body.Blocks.Select(b => Encoding.UTF8.GetString(b.Bytes))));
        Assert.Equal(joined.Length, body.Length);
    }

    [Fact]
    public void A_list_of_other_objects_is_another_though_they_look_alike()
    {
        using var bodies = new ListBodies(_time);
        var items = Items(200, 1024);
        bodies.Find(List(items));
        Assert.NotNull(bodies.Find(List(items)));
        var other = items.ToArray();
        other[100] = new KubeObject(items[100].Json.ToArray());
        Assert.Null(bodies.Find(List(other)));
        Assert.Null(bodies.Find(List([.. items[1..]])));
    }

    [Fact]
    public void Small_lists_are_not_kept_and_large_ones_only_for_a_moment()
    {
        using var bodies = new ListBodies(_time);
        Assert.Null(bodies.Find(List(Items(10, 1024))));
        Assert.Equal(0, bodies.Count);
        var items = Items(200, 1024);
        bodies.Find(List(items));
        Assert.Equal(1, bodies.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(bodies.Find(List(items)));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(1, bodies.Count);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, bodies.Count);
        Assert.Null(bodies.Find(List(items)));
    }

    [Fact]
    public void The_oldest_make_room_for_new_ones()
    {
        using var bodies = new ListBodies(_time);
        var lists = Enumerable.Range(0, 40).Select(_ => Items(20, 100_000)).ToList();
        foreach (var items in lists)
        {
            bodies.Find(List(items));
            Assert.NotNull(bodies.Find(List(items)));
        }

        Assert.InRange(bodies.Count, 1, 8);
        Assert.NotNull(bodies.Find(List(lists[^1])));
        Assert.Null(bodies.Find(List(lists[0])));
    }

    private ListResult List(KubeObject[] items) => new(host.Services.GetRequiredService<ResourceRegistry>().Get(ConfigMap.Resource), 7, items, null, null);

    private static KubeObject[] Items(int count, int size) =>
        [.. Enumerable.Range(0, count).Select(i => new KubeObject(Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"o{{{i}}}"},"data":{"k":"{{{new string((char)('a' + (i % 26)), size)}}}"} }""")))];
}
