namespace LiteKube.Cel;

/// <summary>ip, isIP, ip.isCanonical and what an address is.</summary>
internal static class IpLibrary
{
    public static void AddTo(FunctionSet functions)
    {
        CelType ip = IpValue.IpType;
        functions.Global("ip", "string_to_ip", [CelType.String], ip, v => IpValue.Parse(Text(v[0]), out var problem) ?? (CelValue)new ErrorValue(problem!), Costs.Traverse);
        functions.Global("isIP", "is_ip", [CelType.String], CelType.Bool, v => BoolValue.Of(IpValue.Parse(Text(v[0]), out _) is not null), Costs.Traverse);
        functions.Global("ip.isCanonical", "ip_is_canonical", [CelType.String], CelType.Bool, v => IpValue.Parse(Text(v[0]), out var problem) is { } parsed
            ? BoolValue.Of(parsed.ToString() == Text(v[0]))
            : new ErrorValue(problem!), Costs.Rewrite);
        functions.Global("string", "ip_to_string", [ip], CelType.String, v => new StringValue(v[0].ToString()!));
        functions.Member("family", "ip_family", [ip], CelType.Int, v => IntValue.Of(((IpValue)v[0]).Is4 ? 4 : 6));
        Is("isUnspecified", a => a.Octets.All(o => o == 0));
        Is("isLoopback", a => a.Is4 ? a.Octets[0] == 127 : a.Octets.Take(15).All(o => o == 0) && a.Octets[15] == 1);
        Is("isLinkLocalMulticast", IsLinkLocalMulticast);
        Is("isLinkLocalUnicast", IsLinkLocalUnicast);
        Is("isGlobalUnicast", a => !(a.Is4 && (a.Octets.All(o => o == 0) || a.Octets.All(o => o == 255))) && !a.Octets.All(o => o == 0)
            && !(a.Is4 ? a.Octets[0] == 127 : a.Octets.Take(15).All(o => o == 0) && a.Octets[15] == 1)
            && !(a.Is4 ? (a.Octets[0] & 0xf0) == 0xe0 : a.Octets[0] == 0xff) && !IsLinkLocalUnicast(a));

        void Is(string function, Func<IpValue, bool> holds) =>
            functions.Member(function, $"ip_{function}", [ip], CelType.Bool, v => BoolValue.Of(holds((IpValue)v[0])));
    }

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static bool IsLinkLocalMulticast(IpValue a) =>
        a.Is4 ? a.Octets[0] == 224 && a.Octets[1] == 0 && a.Octets[2] == 0 : a.Octets[0] == 0xff && (a.Octets[1] & 0x0f) == 2;

    private static bool IsLinkLocalUnicast(IpValue a) => a.Is4 ? a.Octets[0] == 169 && a.Octets[1] == 254 : a.Octets[0] == 0xfe && (a.Octets[1] & 0xc0) == 0x80;
}
