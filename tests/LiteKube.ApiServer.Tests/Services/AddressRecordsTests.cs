using System.Net;
using System.Text;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Services;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Store;
using LiteKube.Store.Sqlite;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.ApiServer.Tests.Services;

/// <summary>A repair of the records and a Service that gives its address up, at once.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class AddressRecordsTests(ApiHost host) : IAsyncLifetime
{
    private const string Service = "core/services/ns/a";
    private const string Record = "networking.k8s.io/ipaddresses/10.43.0.50";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-addresses-").FullName;
    private FaultyStore _store = null!;
    private AddressRecords _records = null!;

    public async Task InitializeAsync()
    {
        _store = new FaultyStore(await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(_directory, "store.db") }));
        _records = new AddressRecords(new ObjectStorage(_store), host.Services.GetRequiredService<Lazy<ResourceRegistry>>(), TimeProvider.System, NullLogger<AddressRecords>.Instance);
        await _store.WriteAsync(
            new StoreWrite(Service, Encoding.UTF8.GetBytes("""{"kind":"Service","apiVersion":"v1","metadata":{"namespace":"ns","name":"a"},"spec":{"clusterIP":"10.43.0.50","clusterIPs":["10.43.0.50"]}}"""), 0),
            CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_repair_leaves_no_record_of_an_address_that_was_given_up_while_it_went_on()
    {
        using var repaired = new CancellationTokenSource(s_limit);
        var go = _store.Hold(Record);
        var repair = _records.RepairAsync(repaired.Token);
        Assert.False(repair.IsCompleted);

        await _store.WriteAsync(new StoreWrite(Service, null, StoreWrite.AnyRevision), CancellationToken.None);
        var removal = _records.RemoveAsync([IPAddress.Parse("10.43.0.50")], ("ns", "a"), CancellationToken.None).AsTask();
        go.SetResult();
        await repair.WaitAsync(s_limit);
        await removal.WaitAsync(s_limit);

        Assert.Null(await _store.GetAsync(Record, CancellationToken.None));
    }

    [Fact]
    public async Task A_repair_makes_the_record_that_is_missing()
    {
        await _records.RepairAsync(CancellationToken.None);
        Assert.NotNull(await _store.GetAsync(Record, CancellationToken.None));
    }
}
