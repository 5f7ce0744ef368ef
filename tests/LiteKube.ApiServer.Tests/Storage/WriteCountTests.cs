using System.Text;
using LiteKube.Api.Rbac.V1;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Store.Sqlite;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Storage;

/// <summary>By the number of writes it is known whether what was read is still true: for everybody, not only for who wrote.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class WriteCountTests(ApiHost host) : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-writes-").FullName;
    private FaultyStore _store = null!;

    public async Task InitializeAsync() => _store = new FaultyStore(await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(_directory, "store.db") }));

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_write_that_others_can_read_counts_before_its_writer_is_told()
    {
        // A registry of the test's own would be another; its count of roles moves with the writes here alone, since other tests do not run beside this.
        var registry = host.Services.GetRequiredService<ResourceRegistry>();
        var storage = new ObjectStorage(_store);
        var objects = new StoreObjectReader(registry, storage);
        var roles = registry.Get(Role.Resource);
        var before = objects.VersionOf(Role.Resource);
        Assert.Equal(before, objects.VersionOf(Role.Resource));

        var answer = _store.HoldAnswer(roles.KeyPrefix);
        var writing = storage.PutAsync(roles, roles.KeyOf("ns", "r"), Encoding.UTF8.GetBytes("""{"kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"namespace":"ns","name":"r"}}"""), 0, CancellationToken.None).AsTask();
        var started = TimeProvider.System.GetTimestamp();
        while (await objects.GetAsync(Role.Resource, "ns", "r", CancellationToken.None) is null)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2));
            await Task.Delay(5);
        }

        var seen = objects.VersionOf(Role.Resource);
        Assert.NotEqual(before, seen);
        Assert.Equal(seen, objects.VersionOf(Role.Resource));
        answer.SetResult();
        Assert.NotNull(await writing.WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.DoesNotContain(objects.VersionOf(Role.Resource), (long[])[before, seen]);
    }
}
