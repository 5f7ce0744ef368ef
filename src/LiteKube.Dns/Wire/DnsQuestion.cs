namespace LiteKube.Dns.Wire;

/// <param name="Name">Lower case, without the final dot; empty for the root.</param>
internal readonly record struct DnsQuestion(string Name, ushort Type, ushort Class)
{
    internal const ushort Internet = 1;
}
