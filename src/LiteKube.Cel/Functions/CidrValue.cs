using System.Globalization;

namespace LiteKube.Cel;

/// <summary>An address with the length of its network's prefix.</summary>
internal sealed class CidrValue(IpValue address, int prefixLength) : OpaqueValue(CidrType)
{
    public static readonly CelType CidrType = CelType.Opaque("net.CIDR");

    public IpValue Address => address;

    public int PrefixLength => prefixLength;

    internal override long Size => (prefixLength + 7) / 8;

    protected internal override bool EqualTo(OpaqueValue other) => other is CidrValue cidr && cidr.PrefixLength == prefixLength && cidr.Address.EqualTo(address);

    public static CidrValue? Parse(string text)
    {
        var slash = text.LastIndexOf('/');
        if (slash < 0 || IpValue.Parse(text[..slash], out _) is not { } address)
            return null;
        var digits = text[(slash + 1)..];
        if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0') || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return null;
        return length <= address.Octets.Length * 8 ? new CidrValue(address, length) : null;
    }

    public bool Contains(IpValue ip) => ip.Is4 == address.Is4 && Mask(ip.Octets, prefixLength).AsSpan().SequenceEqual(Mask(address.Octets, prefixLength));

    public bool Contains(CidrValue inner) => inner.PrefixLength >= prefixLength && Contains(inner.Address);

    public CidrValue Masked() => new(new IpValue(Mask(address.Octets, prefixLength)), prefixLength);

    private static byte[] Mask(byte[] octets, int length)
    {
        var result = (byte[])octets.Clone();
        for (var i = 0; i < result.Length; i++)
            result[i] &= (byte)(0xff00 >> Math.Clamp(length - (i * 8), 0, 8));
        return result;
    }

    public override string ToString() => $"{address}/{prefixLength.ToString(CultureInfo.InvariantCulture)}";
}
