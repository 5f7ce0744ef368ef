using System.Net;

namespace LiteKube.Dns.Wire;

/// <summary>A record to be written. Which fields count depends on the type; the factories fill the right ones.</summary>
/// <param name="Target">The name that NS, CNAME, PTR and SRV lead to; the text of TXT.</param>
internal readonly record struct DnsRecord(string Name, ushort Type, IPAddress? Address, string Target, ushort Weight, ushort Port)
{
    internal static DnsRecord Host(string name, IPAddress address) => new(name, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa, address, "", 0, 0);

    internal static DnsRecord Cname(string name, string target) => new(name, DnsType.Cname, null, target, 0, 0);

    internal static DnsRecord Ptr(string name, string target) => new(name, DnsType.Ptr, null, target, 0, 0);

    internal static DnsRecord Ns(string name, string target) => new(name, DnsType.Ns, null, target, 0, 0);

    internal static DnsRecord Srv(string name, string target, int port, int weight) => new(name, DnsType.Srv, null, target, (ushort)weight, (ushort)port);

    internal static DnsRecord Txt(string name, string text) => new(name, DnsType.Txt, null, text, 0, 0);

    internal static DnsRecord Soa(string zone) => new(zone, DnsType.Soa, null, "", 0, 0);
}
