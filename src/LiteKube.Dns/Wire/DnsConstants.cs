namespace LiteKube.Dns.Wire;

/// <summary>Record types (https://www.iana.org/assignments/dns-parameters).</summary>
internal static class DnsType
{
    internal const ushort A = 1;
    internal const ushort Ns = 2;
    internal const ushort Cname = 5;
    internal const ushort Soa = 6;
    internal const ushort Ptr = 12;
    internal const ushort Txt = 16;
    internal const ushort Aaaa = 28;
    internal const ushort Srv = 33;
    internal const ushort Opt = 41;
    internal const ushort Any = 255;
}

internal enum DnsResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,

    /// <summary>Extended: its upper bits are in the OPT record.</summary>
    BadVersion = 16,
}

[Flags]
internal enum DnsFlags : ushort
{
    None = 0,
    Response = 0x8000,
    Authoritative = 0x0400,
    Truncated = 0x0200,
    RecursionDesired = 0x0100,
    RecursionAvailable = 0x0080,
    CheckingDisabled = 0x0010,
    OpcodeMask = 0x7800,
    ResponseCodeMask = 0x000f,
}
