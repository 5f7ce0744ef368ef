using System.Globalization;
using System.Net;

namespace LiteKube.Cel;

/// <summary>An address of either family, without zone; IPv4 inside IPv6 is refused.</summary>
internal sealed class IpValue : OpaqueValue
{
    public static readonly CelType IpType = CelType.Opaque("net.IP");

    public IpValue(byte[] octets)
        : base(IpType) => Octets = octets;

    public byte[] Octets { get; }

    public bool Is4 => Octets.Length == 4;

    internal override long Size => Octets.Length;

    protected internal override bool EqualTo(OpaqueValue other) => other is IpValue ip && ip.Octets.AsSpan().SequenceEqual(Octets);

    public static IpValue? Parse(string text, out string? problem)
    {
        problem = null;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            if (text.Contains('%', StringComparison.Ordinal))
                problem = $"IP address \"{text}\" with zone value is not allowed";
            else if (text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(text, out var address))
            {
                if (!address.IsIPv4MappedToIPv6)
                    return new IpValue(address.GetAddressBytes());
                problem = $"IPv4-mapped IPv6 address \"{text}\" is not allowed";
            }
        }
        else if (TryParse4(text) is { } octets)
        {
            return new IpValue(octets);
        }

        problem ??= $"IP Address \"{text}\" parse error during conversion from string: ParseAddr(\"{text}\"): unable to parse IP";
        return null;
    }

    // Four decimal numbers without leading zeros, and nothing else that resolvers let pass.
    private static byte[]? TryParse4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4)
            return null;
        var octets = new byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts[i].Length is 0 or > 3 || (parts[i].Length > 1 && parts[i][0] == '0') || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out octets[i]))
                return null;
        }

        return octets;
    }

    public override string ToString() => new IPAddress(Octets).ToString();
}
