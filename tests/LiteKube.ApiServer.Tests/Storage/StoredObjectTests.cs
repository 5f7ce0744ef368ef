using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Store;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Storage;

/// <summary>What is derived of an entry is one thing for all who read it, though they come at once.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class StoredObjectTests(ApiHost host)
{
    private readonly StoreEntry _entry = new("core/configmaps/ns/a", Encoding.UTF8.GetBytes("""{"metadata":{"name":"a"}}"""), 1, 1);

    private ResourceRegistry Registry => host.Services.GetRequiredService<ResourceRegistry>();

    [Fact]
    public void Of_two_that_derive_it_at_once_both_get_the_first()
    {
        var (one, other) = (new object(), new object());
        Assert.Same(one, _entry.KeepView(one));
        Assert.Same(one, _entry.KeepView(other));
        Assert.Same(one, _entry.View);
    }

    [Fact]
    public void Many_readers_at_once_share_one_object()
    {
        for (var round = 0; round < 200; round++)
        {
            var entry = new StoreEntry(_entry.Key, _entry.Value, 1, 1);
            using var together = new Barrier(2);
            StoredObject? there = null;
            var thread = new Thread(() =>
            {
                together.SignalAndWait();
                there = StoredObject.Of(entry);
            });
            thread.Start();
            together.SignalAndWait();
            var here = StoredObject.Of(entry);
            thread.Join();
            Assert.Same(here, there);
        }
    }

    [Fact]
    public void Many_who_make_the_same_form_push_out_no_other()
    {
        var stored = StoredObject.Of(_entry);
        var (one, other) = (Registry.Get(ConfigMap.Resource), Registry.Get(Secret.Resource));
        var form = new KubeObject(_entry.Value);
        stored.Keep(one, form);
        var first = new KubeObject(_entry.Value);
        stored.Keep(other, first);
        for (var i = 0; i < 100; i++)
            stored.Keep(other, new KubeObject(_entry.Value));
        Assert.Same(form, stored.FormOf(one));
        Assert.Same(first, stored.FormOf(other));
    }
}
