namespace LiteKube.Cel;

/// <summary>cidr, isCIDR, containsIP, containsCIDR, ip, masked, prefixLength.</summary>
internal static class CidrLibrary
{
    public static void AddTo(FunctionSet functions)
    {
        CelType cidr = CidrValue.CidrType;
        functions.Global("cidr", "string_to_cidr", [CelType.String], cidr, v => Parse(v[0]), Costs.Traverse);
        functions.Global("isCIDR", "is_cidr", [CelType.String], CelType.Bool, v => BoolValue.Of(Parse(v[0]) is CidrValue), Costs.Traverse);
        functions.Global("string", "cidr_to_string", [cidr], CelType.String, v => new StringValue(v[0].ToString()!));
        functions.Member("containsIP", "cidr_contains_ip_string", [cidr, CelType.String], CelType.Bool,
            v => IpValue.Parse(((StringValue)v[1]).Value, out var problem) is { } ip ? BoolValue.Of(((CidrValue)v[0]).Contains(ip)) : new ErrorValue(problem!), ContainsText);
        functions.Member("containsIP", "cidr_contains_ip_ip", [cidr, IpValue.IpType], CelType.Bool, v => BoolValue.Of(((CidrValue)v[0]).Contains((IpValue)v[1])), Contains);
        functions.Member("containsCIDR", "cidr_contains_cidr_string", [cidr, CelType.String], CelType.Bool,
            v => Parse(v[1]) is CidrValue inner ? BoolValue.Of(((CidrValue)v[0]).Contains(inner)) : Parse(v[1]), ContainsText);
        functions.Member("containsCIDR", "cidr_contains_cidr", [cidr, cidr], CelType.Bool, v => BoolValue.Of(((CidrValue)v[0]).Contains((CidrValue)v[1])), Contains);
        functions.Member("ip", "cidr_ip", [cidr], IpValue.IpType, v => ((CidrValue)v[0]).Address);
        functions.Member("masked", "cidr_masked", [cidr], cidr, v => ((CidrValue)v[0]).Masked());
        functions.Member("prefixLength", "cidr_prefix_length", [cidr], CelType.Int, v => IntValue.Of(((CidrValue)v[0]).PrefixLength));
    }

    private static CelValue Parse(CelValue text) =>
        CidrValue.Parse(((StringValue)text).Value) ?? (CelValue)new ErrorValue($"network address parse error during conversion from string: netip.ParsePrefix(\"{((StringValue)text).Value}\")");

    private static long Contains(CelValue[] values, CelValue result) => Costs.Of(values[0].Size * 2.0) + 1;

    private static long ContainsText(CelValue[] values, CelValue result) => Contains(values, result) + Costs.Of(values[1].Size);
}
