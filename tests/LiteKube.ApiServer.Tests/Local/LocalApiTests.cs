using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Local;

[Collection(ApiHostCollection.Name)]
public sealed class LocalApiTests(ApiHost host)
{
    private static readonly UserInfo s_master = UserInfo.Of("system:apiserver", UserInfo.MastersGroup);

    private LocalApi Local => host.Services.GetRequiredService<LocalApi>();

    [Fact]
    public async Task Callers_in_process_pass_the_same_authorization()
    {
        var ns = await host.NamespaceAsync();
        var nobody = UserInfo.Of("nobody");
        var refused = await Assert.ThrowsAsync<ApiException>(async () => await Local.GetAsync(nobody, ConfigMap.Resource, ns, "a", default));
        Assert.Equal(StatusReason.Forbidden, refused.Reason);
        refused = await Assert.ThrowsAsync<ApiException>(async () => await Local.WriteAsync(nobody, Create(ns, "a"), default));
        Assert.Equal(StatusReason.Forbidden, refused.Reason);
        await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var _ in Local.WatchAsync(nobody, ConfigMap.Resource, ns, default, default))
            {
            }
        });
    }

    [Fact]
    public async Task And_the_same_validation_and_admission()
    {
        var ns = await host.NamespaceAsync();
        var invalid = await Assert.ThrowsAsync<ApiException>(async () => await Local.WriteAsync(s_master, Create(ns, "UPPER"), default));
        Assert.Equal(StatusReason.Invalid, invalid.Reason);
        var noNamespace = await Assert.ThrowsAsync<ApiException>(async () => await Local.WriteAsync(s_master, Create("nowhere", "a"), default));
        Assert.Equal(StatusReason.NotFound, noNamespace.Reason);
        var pod = new Pod { Metadata = new ObjectMeta { Name = "p" }, Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } };
        var made = await Local.WriteAsync(s_master, new LocalWrite("create", Pod.Resource, ns, null, KubeObject.Of(pod).Json, ""), default);
        Assert.Equal("default", made.As<Pod>().Spec.ServiceAccountName);
        Assert.Equal("Pending", made.As<Pod>().Status.Phase);
    }

    [Fact]
    public async Task What_is_read_is_the_one_object_that_all_readers_share()
    {
        var ns = await host.NamespaceAsync();
        await Local.WriteAsync(s_master, Create(ns, "a"), default);
        var first = await Local.GetAsync(s_master, ConfigMap.Resource, ns, "a", default);
        var second = await Local.GetAsync(s_master, ConfigMap.Resource, ns, "a", default);
        var listed = await Local.ListAsync(s_master, ConfigMap.Resource, ns, default, default);
        Assert.Same(first, second);
        Assert.Same(first, listed.Items.Single());
    }

    [Fact]
    public async Task A_streaming_list_and_the_changes_after_it_arrive_in_order()
    {
        var ns = await host.NamespaceAsync();
        await Local.WriteAsync(s_master, Create(ns, "a"), default);
        var options = new LocalWatchOptions(null, null, null, SendInitialEvents: true, AllowBookmarks: true, null);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var events = Local.WatchAsync(s_master, ConfigMap.Resource, ns, options, limit.Token).GetAsyncEnumerator();
        Assert.Equal((LocalEventType.Added, "a"), await NextAsync());
        Assert.Equal((LocalEventType.InitialEventsEnd, ""), await NextAsync());
        var next = NextAsync();
        await Local.WriteAsync(s_master, Create(ns, "b"), default);
        Assert.Equal((LocalEventType.Added, "b"), await next);
        await Local.WriteAsync(s_master, new LocalWrite("delete", ConfigMap.Resource, ns, "b", default, ""), default);
        Assert.Equal((LocalEventType.Deleted, "b"), await NextAsync());

        async Task<(LocalEventType, string)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return (events.Current.Type, events.Current.Object.Header.Name);
        }
    }

    private static LocalWrite Create(string ns, string name) =>
        new("create", ConfigMap.Resource, ns, null, Encoding.UTF8.GetBytes($$$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{{name}}}"}}"""), "");
}
