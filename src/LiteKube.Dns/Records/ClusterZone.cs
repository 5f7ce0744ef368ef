using System.Net;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Records;

/// <summary>
/// The cluster's names, derived on each question from the caches (https://github.com/kubernetes/dns/blob/master/docs/specification.md, version 1.1.0).
/// Nothing is stored, so nothing can be stale.
/// </summary>
internal sealed class ClusterZone(DnsOptions options, IClusterObjects objects)
{
    private const string SpecificationVersion = "1.1.0";
    private const int MaxAliases = 8;

    private readonly string _domain = options.Domain.TrimEnd('.').ToLowerInvariant();
    private readonly ServiceNames _services = new(options.Domain.TrimEnd('.').ToLowerInvariant(), objects);
    private uint _turn;

    internal string Domain => _domain;

    /// <summary>Null where the name is not the cluster's to answer.</summary>
    internal ZoneAnswer? Answer(string name, ushort type)
    {
        if (ReverseName.TryParse(name, out var address))
            return AnswerReverse(name, address, type);
        if (!IsWithin(name))
            return null;
        return objects.IsComplete ? AnswerForward(name, type, 0) : ZoneAnswer.NotYet;
    }

    private bool IsWithin(string name) =>
        name.EndsWith(_domain, StringComparison.Ordinal) && (name.Length == _domain.Length || name[name.Length - _domain.Length - 1] == '.');

    private ZoneAnswer AnswerForward(string name, ushort type, int aliases)
    {
        if (name.Length == _domain.Length)
            return AnswerApex(type);
        var labels = name[..^(_domain.Length + 1)].Split('.');
        return labels[^1] switch
        {
            "svc" => AnswerService(name, labels.AsSpan(..^1), type, aliases),
            "pod" => AnswerPod(name, labels.AsSpan(..^1), type),
            "dns" when labels is ["ns", "dns"] => Addresses(name, [options.Address], type),
            "dns" when labels.Length == 1 => ZoneAnswer.NoData,
            "dns-version" when labels.Length == 1 => type is DnsType.Txt or DnsType.Any ? ZoneAnswer.Of([DnsRecord.Txt(name, SpecificationVersion)]) : ZoneAnswer.NoData,
            _ => ZoneAnswer.NoSuchName,
        };
    }

    private ZoneAnswer AnswerApex(ushort type) => type switch
    {
        DnsType.Soa => ZoneAnswer.Of([DnsRecord.Soa(_domain)]),
        DnsType.Ns => new ZoneAnswer(DnsResponseCode.NoError, [DnsRecord.Ns(_domain, $"ns.dns.{_domain}")], [DnsRecord.Host($"ns.dns.{_domain}", options.Address)]),
        _ => ZoneAnswer.NoData,
    };

    /// <summary><c>[_port._protocol.|hostname.]service.namespace</c></summary>
    private ZoneAnswer AnswerService(string name, ReadOnlySpan<string> labels, ushort type, int aliases)
    {
        if (labels.IsEmpty)
            return ZoneAnswer.NoData;
        var ns = labels[^1];
        if (labels.Length == 1)
            return objects.HasNamespace(ns) ? ZoneAnswer.NoData : ZoneAnswer.NoSuchName;
        if (objects.Service(ns, labels[^2]) is not { } service)
            return ZoneAnswer.NoSuchName;
        if (service.Spec.Type == "ExternalName")
            return labels.Length == 2 ? AnswerAlias(name, service, type, aliases) : ZoneAnswer.NoSuchName;
        return labels.Length switch
        {
            2 => Addresses(name, _services.AddressesOf(service), type),
            3 when labels[0].StartsWith('_') => _services.HasProtocol(service, labels[0][1..]) ? ZoneAnswer.NoData : ZoneAnswer.NoSuchName,
            3 => AnswerHost(name, service, labels[0], type),
            4 when labels[0].StartsWith('_') && labels[1].StartsWith('_') => AnswerPort(name, service, labels[0][1..], labels[1][1..], type),
            _ => ZoneAnswer.NoSuchName,
        };
    }

    /// <summary>An alias of an alias of the cluster's is followed here; the first name outside is for the upstreams.</summary>
    private ZoneAnswer AnswerAlias(string name, Service service, ushort type, int aliases)
    {
        var target = (service.Spec.ExternalName ?? "").TrimEnd('.').ToLowerInvariant();
        if (target.Length is 0 or > 253 || target.Split('.').Any(label => label.Length is 0 or > 63 || !Ascii.IsValid(label)))
            return ZoneAnswer.NoData;
        var alias = DnsRecord.Cname(name, target);
        if (type is not (DnsType.A or DnsType.Aaaa or DnsType.Any))
            return ZoneAnswer.Of([alias]);
        if (!IsWithin(target))
            return new ZoneAnswer(DnsResponseCode.NoError, [alias], [], target);
        if (aliases >= MaxAliases)
            return ZoneAnswer.Of([alias]);
        var next = AnswerForward(target, type, aliases + 1);
        return next.Code == DnsResponseCode.NoError ? next with { Records = [alias, .. next.Records] } : ZoneAnswer.Of([alias]);
    }

    private ZoneAnswer AnswerHost(string name, Service service, string host, ushort type)
    {
        var addresses = _services.AddressesOfHost(service, host);
        return addresses.Count == 0 ? ZoneAnswer.NoSuchName : Addresses(name, addresses, type);
    }

    private ZoneAnswer AnswerPort(string name, Service service, string port, string protocol, ushort type)
    {
        var (records, additional) = _services.Ports(name, service, port, protocol);
        if (records.Count == 0)
            return ZoneAnswer.NoSuchName;
        return type is DnsType.Srv or DnsType.Any ? new ZoneAnswer(DnsResponseCode.NoError, records, additional) : ZoneAnswer.NoData;
    }

    /// <summary><c>10-42-0-7.namespace</c>: the address is in the name, whether a pod has it or not.</summary>
    private static ZoneAnswer AnswerPod(string name, ReadOnlySpan<string> labels, ushort type)
    {
        if (labels.Length < 2)
            return ZoneAnswer.NoData;
        return labels.Length == 2 && IPAddress.TryParse(labels[0].Replace('-', '.'), out var address) && labels[0].Count(c => c == '-') == 3
            ? type == DnsType.A ? ZoneAnswer.Of([DnsRecord.Host(name, address)]) : ZoneAnswer.NoData
            : ZoneAnswer.NoSuchName;
    }

    private ZoneAnswer? AnswerReverse(string name, IPAddress address, ushort type)
    {
        var isOwn = options.OwnNetworks.Any(network => network.Contains(address));
        if (!objects.IsComplete)
            return isOwn ? ZoneAnswer.NotYet : null;
        var targets = _services.NamesOf(address);
        if (targets.Count == 0)
            return isOwn ? ZoneAnswer.NoSuchName : null;
        return type is DnsType.Ptr or DnsType.Any ? ZoneAnswer.Of([.. targets.Select(target => DnsRecord.Ptr(name, target))]) : ZoneAnswer.NoData;
    }

    /// <summary>Each answer starts at another address: many clients take the first.</summary>
    private ZoneAnswer Addresses(string name, IReadOnlyList<IPAddress> addresses, ushort type)
    {
        var matching = addresses.Select(address => DnsRecord.Host(name, address)).Where(record => type == DnsType.Any || record.Type == type).ToArray();
        if (matching.Length == 0)
            return ZoneAnswer.NoData;
        var turn = (int)(Interlocked.Increment(ref _turn) % (uint)matching.Length);
        return ZoneAnswer.Of([.. matching[turn..], .. matching[..turn]]);
    }
}
