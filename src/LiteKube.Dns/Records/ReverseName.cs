using System.Globalization;
using System.Net;

namespace LiteKube.Dns.Records;

/// <summary>Names under <c>in-addr.arpa</c> and <c>ip6.arpa</c> that stand for one whole address.</summary>
internal static class ReverseName
{
    private const string IPv4 = ".in-addr.arpa";
    private const string IPv6 = ".ip6.arpa";

    internal static bool TryParse(string name, out IPAddress address)
    {
        address = IPAddress.None;
        if (name.EndsWith(IPv4, StringComparison.Ordinal))
        {
            var parts = name[..^IPv4.Length].Split('.');
            Span<byte> bytes = stackalloc byte[4];
            if (parts.Length != 4)
                return false;
            for (var i = 0; i < 4; i++)
                if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[3 - i]))
                    return false;
            address = new IPAddress(bytes);
            return true;
        }

        if (!name.EndsWith(IPv6, StringComparison.Ordinal) || name.Length != 63 + IPv6.Length)
            return false;
        Span<byte> wide = stackalloc byte[16];
        for (var i = 0; i < 32; i++)
        {
            if (!char.IsAsciiHexDigit(name[i * 2]) || name[i * 2 + 1] != '.')
                return false;
            var nibble = Convert.ToByte(name.Substring(i * 2, 1), 16);
            wide[15 - i / 2] |= (byte)(i % 2 == 0 ? nibble : nibble << 4);
        }

        address = new IPAddress(wide);
        return true;
    }
}
