using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using LiteKube.Store;

namespace LiteKube.ApiServer.Services;

/// <summary>
/// Gives out cluster IPs and node ports. The stored Services are the truth; this is an index of what they hold, read once and kept by every write,
/// all of which pass through here. A claim is made before its write and taken back if the write fails.
/// </summary>
internal sealed class ServiceAllocator(ObjectStorage storage, AddressRecords records, ApiServerOptions options)
{
    /// <summary>Has no slash, so it is no Service's name.</summary>
    private const string NoService = "IPAddress";

    private readonly Lock _gate = new();
    private readonly AddressRecords _records = records;
    private readonly AddressPool _addresses = new(options.ServiceCidr);
    private readonly PortPool _ports = new(options.FirstNodePort, options.LastNodePort);
    private Task? _loaded;

    public async ValueTask<IReservation> ReserveAsync(JsonObject next, JsonObject? old, CancellationToken cancellationToken)
    {
        await LoadAsync().WaitAsync(cancellationToken);
        var reservation = new Reservation(this, OwnerOf(next), next, ServiceClaims.Of(old));
        lock (_gate)
        {
            try
            {
                Fill(reservation, next, old);
            }
            catch
            {
                reservation.GiveBack();
                throw;
            }
        }

        return reservation;
    }

    public async ValueTask ReleaseAsync(JsonObject deleted)
    {
        // The record goes first, so that whoever is given the address next finds its place free.
        var claims = ServiceClaims.Of(deleted);
        await _records.RemoveAsync(claims.Addresses, NamesOf(deleted), CancellationToken.None);
        lock (_gate)
            Release(OwnerOf(deleted), claims.Addresses, claims.Ports);
    }

    /// <summary>Null where the address is no Service's business, or a Service has it already.</summary>
    public async ValueTask<IReservation?> HoldAsync(IPAddress address, CancellationToken cancellationToken)
    {
        await LoadAsync().WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (address.AddressFamily != AddressFamily.InterNetwork || !_addresses.Contains(address) || _addresses.OwnerOf(address) is not null)
                return null;
            _addresses.Claim(address, NoService);
            return new AddressHold(this, address);
        }
    }

    /// <summary>Ends what <see cref="HoldAsync"/> began; nothing where the address is a Service's.</summary>
    public void LetGo(IPAddress address)
    {
        lock (_gate)
        {
            if (address.AddressFamily == AddressFamily.InterNetwork)
                _addresses.Release(address, NoService);
        }
    }

    private void Fill(Reservation reservation, JsonObject service, JsonObject? old)
    {
        var spec = service.ObjectOrNew("spec");
        if (spec.String("type") == "ExternalName")
            return;
        FillAddress(reservation, service, spec, old.Object("spec"));
        FillPorts(reservation, service, spec);
    }

    private void FillAddress(Reservation reservation, JsonObject service, JsonObject spec, JsonObject? old)
    {
        var wanted = spec.String("clusterIP");
        if (string.IsNullOrEmpty(wanted))
            wanted = spec.Array("clusterIPs") is { Count: > 0 } list ? list[0].AsString() : null;
        var held = old.String("type") == "ExternalName" ? null : old.String("clusterIP");
        if (!string.IsNullOrEmpty(held) && !string.IsNullOrEmpty(wanted) && held != wanted)
            throw Invalid(service, "spec.clusterIPs[0]", $"Invalid value: [\"{wanted}\"]: may not change once set");
        if (wanted == "None")
        {
            ServiceDefaults.SetClusterIp(spec, "None");
            return;
        }

        IPAddress? address;
        if (!string.IsNullOrEmpty(wanted))
        {
            if (!IPAddress.TryParse(wanted, out address))
                throw Invalid(service, "spec.clusterIPs[0]", $"Invalid value: \"{wanted}\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
            ClaimAddress(reservation, service, address);
        }
        else
        {
            address = _addresses.Next(reservation.Owner) ?? throw new ApiException(StatusReason.InternalError, "Internal error occurred: failed to allocate a serviceIP: range is full");
            reservation.Addresses.Add(address);
        }

        ServiceDefaults.SetClusterIp(spec, address.ToString());
    }

    private void ClaimAddress(Reservation reservation, JsonObject service, IPAddress address)
    {
        var owner = address.AddressFamily == AddressFamily.InterNetwork && _addresses.Contains(address) ? _addresses.OwnerOf(address) : "";
        if (owner == reservation.Owner)
            return;
        if (owner is not null)
        {
            var why = owner.Length == 0 ? $"the provided IP ({address}) is not in the valid range. The range of valid IPs is {_addresses.Network}" : "provided IP is already allocated";
            throw Invalid(service, "spec.clusterIPs", $"Invalid value: [\"{address}\"]: failed to allocate IP {address}: {why}");
        }

        _addresses.Claim(address, reservation.Owner);
        reservation.Addresses.Add(address);
    }

    private void FillPorts(Reservation reservation, JsonObject service, JsonObject spec)
    {
        var type = spec.String("type");
        var needed = type == "NodePort" || (type == "LoadBalancer" && spec.Bool("allocateLoadBalancerNodePorts") != false);
        var ports = (spec.Array("ports") ?? []).OfType<JsonObject>().ToArray();
        if (type is not ("NodePort" or "LoadBalancer"))
            return;
        for (var i = 0; i < ports.Length; i++)
        {
            if (ports[i].Long("nodePort") is > 0 and { } wanted)
                ClaimPort(reservation, service, $"spec.ports[{i}].nodePort", (int)wanted);
        }

        foreach (var port in ports)
        {
            if (!needed || port.Long("nodePort") is > 0)
                continue;
            // TCP and UDP of one service port share a node port.
            var twin = ports.FirstOrDefault(p => p.Long("nodePort") is > 0 && p.Long("port") == port.Long("port") && p.String("protocol") != port.String("protocol"));
            port["nodePort"] = twin?.Long("nodePort") ?? NextPort(reservation);
        }

        if (type == "LoadBalancer" && spec.String("externalTrafficPolicy") == "Local")
        {
            if (spec.Long("healthCheckNodePort") is > 0 and { } health)
                ClaimPort(reservation, service, "spec.healthCheckNodePort", (int)health);
            else
                spec["healthCheckNodePort"] = NextPort(reservation);
        }
    }

    private long NextPort(Reservation reservation)
    {
        var port = _ports.Next(reservation.Owner);
        if (port == 0)
            throw new ApiException(StatusReason.InternalError, "Internal error occurred: failed to allocate a nodePort: range is full");
        reservation.Ports.Add(port);
        return port;
    }

    private void ClaimPort(Reservation reservation, JsonObject service, string field, int port)
    {
        if (!_ports.Contains(port))
            throw Invalid(service, field, $"Invalid value: {port}: provided port is not in the valid range. The range of valid ports is {_ports.Range}");
        var owner = _ports.OwnerOf(port);
        if (owner == reservation.Owner)
            return;
        if (owner is not null)
            throw Invalid(service, field, $"Invalid value: {port}: provided port is already allocated");
        _ports.Claim(port, reservation.Owner);
        reservation.Ports.Add(port);
    }

    private Task LoadAsync()
    {
        lock (_gate)
        {
            if (_loaded is null or { IsFaulted: true })
                _loaded = ReadAsync();
            return _loaded;
        }
    }

    private async Task ReadAsync()
    {
        var page = await storage.ListAsync(new StoreQuery("core/services/"), CancellationToken.None);
        var others = await _records.OthersAsync(CancellationToken.None);
        lock (_gate)
        {
            foreach (var address in others.Where(a => a.AddressFamily == AddressFamily.InterNetwork))
                _addresses.Claim(address, NoService);
            foreach (var entry in page.Entries)
            {
                var service = StoredObject.Of(entry).ToTree();
                var claims = ServiceClaims.Of(service);
                foreach (var address in claims.Addresses)
                    _addresses.Claim(address, OwnerOf(service));
                foreach (var port in claims.Ports)
                    _ports.Claim(port, OwnerOf(service));
            }
        }
    }

    private void Release(string owner, IEnumerable<IPAddress> addresses, IEnumerable<int> ports)
    {
        foreach (var address in addresses)
            _addresses.Release(address, owner);
        foreach (var port in ports)
            _ports.Release(port, owner);
    }

    private static (string Namespace, string Name) NamesOf(JsonObject service) => (service.Object("metadata").String("namespace") ?? "", service.Object("metadata").String("name") ?? "");

    private static string OwnerOf(JsonObject service) => $"{service.Object("metadata").String("namespace")}/{service.Object("metadata").String("name")}";

    private static ApiException Invalid(JsonObject service, string field, string message) =>
        InvalidObject.Of(Service.Resource, service.Object("metadata").String("name") ?? "", field, "FieldValueInvalid", message);

    private sealed class Reservation(ServiceAllocator allocator, string owner, JsonObject service, ServiceClaims before) : IReservation
    {
        private bool _committed;

        public string Owner => owner;

        /// <summary>Claimed for this write; nobody's before.</summary>
        public List<IPAddress> Addresses { get; } = [];

        public List<int> Ports { get; } = [];

        public async ValueTask CommitAsync()
        {
            _committed = true;
            await allocator._records.RemoveAsync(Lost(), NamesOf(service), CancellationToken.None);
            await allocator._records.MakeAsync(Addresses, NamesOf(service), CancellationToken.None);
        }

        public void GiveBack() => allocator.Release(owner, Addresses, Ports);

        public void Dispose()
        {
            lock (allocator._gate)
            {
                if (!_committed)
                {
                    GiveBack();
                    return;
                }

                var kept = ServiceClaims.Of(service);
                allocator.Release(owner, Lost(), before.Ports.Except(kept.Ports));
            }
        }

        private IEnumerable<IPAddress> Lost() => before.Addresses.Except(ServiceClaims.Of(service).Addresses);
    }
}
