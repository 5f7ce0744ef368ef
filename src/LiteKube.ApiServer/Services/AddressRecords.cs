using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using LiteKube.Store;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Services;

/// <summary>
/// The IPAddress objects of the addresses that Services hold, by which others see what is taken. The Services are the truth: a record follows the write of its
/// Service and goes after it, and <see cref="RepairAsync"/> makes up for what a crash or somebody's hand left different.
/// </summary>
internal sealed partial class AddressRecords(ObjectStorage storage, Lazy<ResourceRegistry> registry, TimeProvider time, ILogger<AddressRecords> log)
{
    private const string ManagedBy = "ipaddress.kubernetes.io/managed-by";
    private const string Allocator = "ipallocator.k8s.io";

    /// <summary>Records that a repair is about to make. Who takes an address from its Service waits for them, and a repair looks at the Service after it said so.</summary>
    private readonly ConcurrentDictionary<string, Task> _mending = new(StringComparer.Ordinal);

    private ServedResource Resource => registry.Value.Get(Api.Networking.V1.IPAddress.Resource);

    /// <param name="owner">Namespace and name of the Service.</param>
    public async ValueTask MakeAsync(IEnumerable<IPAddress> addresses, (string Namespace, string Name) owner, CancellationToken cancellationToken)
    {
        foreach (var address in addresses)
        {
            try
            {
                // One that is there already is somebody else's, and stays.
                await storage.PutAsync(Resource, Resource.KeyOf("", address.ToString()), ObjectJson.Encode(Record(address, owner)), 0, cancellationToken);
            }
            catch (ApiException e)
            {
                NotMade(log, address, e.Message);
            }
        }
    }

    public async ValueTask RemoveAsync(IEnumerable<IPAddress> addresses, (string Namespace, string Name) owner, CancellationToken cancellationToken)
    {
        foreach (var address in addresses)
        {
            if (_mending.TryGetValue(address.ToString(), out var mending))
                await mending.WaitAsync(cancellationToken);
            try
            {
                if (await storage.GetAsync(Resource, "", address.ToString(), cancellationToken) is { } record && OwnerOf(record.ToTree()) == owner)
                    await storage.DeleteAsync(Resource, Resource.KeyOf("", address.ToString()), record, cancellationToken);
            }
            catch (ApiException e)
            {
                NotRemoved(log, address, e.Message);
            }
        }
    }

    public async Task RepairAsync(CancellationToken cancellationToken)
    {
        // Records first: one that was read before its Service was looked for is older than whatever is found then.
        var records = (await storage.ListAsync(new StoreQuery(Resource.KeyPrefix), cancellationToken)).Entries.Select(StoredObject.Of).ToDictionary(r => r.Object.Header.Name, StringComparer.Ordinal);
        var held = new Dictionary<string, (IPAddress Address, (string, string) Owner)>(StringComparer.Ordinal);
        foreach (var entry in (await storage.ListAsync(new StoreQuery("core/services/"), cancellationToken)).Entries)
        {
            var service = StoredObject.Of(entry);
            foreach (var address in ServiceClaims.Of(service.ToTree()).Addresses)
                held[address.ToString()] = (address, (service.Object.Header.Namespace, service.Object.Header.Name));
        }

        foreach (var (name, record) in records)
        {
            if (OwnerOf(record.ToTree()) is { } owner && (!held.TryGetValue(name, out var holder) || holder.Owner != owner))
                await storage.DeleteAsync(Resource, Resource.KeyOf("", name), record, cancellationToken);
        }

        foreach (var (name, (address, owner)) in held)
        {
            if (!records.ContainsKey(name))
                await MendAsync(address, owner, cancellationToken);
        }
    }

    /// <summary>Makes a record that is missing, unless its Service has given the address up since it was looked at.</summary>
    private async ValueTask MendAsync(IPAddress address, (string Namespace, string Name) owner, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mending[address.ToString()] = done.Task;
        try
        {
            if (await storage.GetAsync(registry.Value.Get(Api.Core.V1.Service.Resource), owner.Namespace, owner.Name, cancellationToken) is { } service
                && ServiceClaims.Of(service.ToTree()).Addresses.Contains(address))
                await MakeAsync([address], owner, cancellationToken);
        }
        finally
        {
            _mending.TryRemove(address.ToString(), out _);
            done.SetResult();
        }
    }

    /// <summary>The addresses whose IPAddress was not made here.</summary>
    public async ValueTask<IReadOnlyList<IPAddress>> OthersAsync(CancellationToken cancellationToken)
    {
        var others = new List<IPAddress>();
        foreach (var entry in (await storage.ListAsync(new StoreQuery(Resource.KeyPrefix), cancellationToken)).Entries)
        {
            var record = StoredObject.Of(entry);
            if (OwnerOf(record.ToTree()) is null && IPAddress.TryParse(record.Object.Header.Name, out var address))
                others.Add(address);
        }

        return others;
    }

    /// <summary>The Service of a record that was made here; null for records of others' making.</summary>
    private static (string Namespace, string Name)? OwnerOf(JsonObject record) =>
        record.Object("metadata").Object("labels").String(ManagedBy) == Allocator && record.Object("spec").Object("parentRef") is { } parent
            ? (parent.String("namespace") ?? "", parent.String("name") ?? "")
            : null;

    private JsonObject Record(IPAddress address, (string Namespace, string Name) owner) => new()
    {
        ["kind"] = "IPAddress",
        ["apiVersion"] = "networking.k8s.io/v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = address.ToString(),
            ["uid"] = Guid.NewGuid().ToString(),
            ["creationTimestamp"] = SystemMetadata.Time(time.GetUtcNow()),
            ["labels"] = new JsonObject { ["ipaddress.kubernetes.io/ip-family"] = "IPv4", [ManagedBy] = Allocator },
        },
        ["spec"] = new JsonObject { ["parentRef"] = new JsonObject { ["group"] = "", ["resource"] = "services", ["namespace"] = owner.Namespace, ["name"] = owner.Name } },
    };

    [LoggerMessage(LogLevel.Warning, "The address {Address} is a Service's, but its IPAddress could not be written: {Error}")]
    private static partial void NotMade(ILogger log, IPAddress address, string error);

    [LoggerMessage(LogLevel.Warning, "The address {Address} is free again, but its IPAddress could not be removed: {Error}")]
    private static partial void NotRemoved(ILogger log, IPAddress address, string error);
}
