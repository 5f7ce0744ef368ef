using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>IPAddresses and ServiceCIDRs: each address has one spelling, so that its name is its identity.</summary>
internal static class AddressRules
{
    public static string? Name(string name) => IPAddress.TryParse(name, out var address) && FieldRules.IsIp(name) && Canonical(address) == name ? null : "must be a valid IP address in canonical form";

    public static void IpAddress(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var at = path.Child("parentRef");
        if (spec.Object("parentRef") is not { } parent)
        {
            errors.Add(FieldError.Required(at));
            return;
        }

        foreach (var (member, rule) in (ReadOnlySpan<(string, Func<string, string?>)>)[("group", n => NameRules.DnsSubdomain(n)), ("resource", NameRules.PathSegment), ("name", NameRules.PathSegment), ("namespace", NameRules.PathSegment)])
        {
            if (parent.String(member) is { Length: > 0 } value)
                errors.Check(at.Child(member), value, rule(value));
            else if (member is "resource" or "name")
                errors.Add(FieldError.Required(at.Child(member)));
        }
    }

    public static void UpdateIpAddress(FieldErrors errors, JsonObject address, JsonObject old) =>
        FieldRules.Unchanged(errors, address.Object("spec"), old.Object("spec"), FieldPath.Root.Child("spec"), "parentRef");

    public static void ServiceCidr(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var cidrs = spec.Array("cidrs") ?? [];
        var at = path.Child("cidrs");
        if (cidrs.Count == 0)
            errors.Add(FieldError.Required(at, "at least one CIDR required"));
        if (cidrs.Count > 2)
            errors.Add(FieldError.Invalid(at, cidrs, "may only hold up to 2 values"));
        else if (cidrs.Count == 2 && IsV6(cidrs[0]) == IsV6(cidrs[1]))
            errors.Add(FieldError.Invalid(at, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"));
        for (var i = 0; i < cidrs.Count; i++)
        {
            var text = cidrs[i].AsString() ?? "";
            FieldRules.Cidr(errors, text, at.Index(i));
            if (FieldRules.IsCidr(text) && Masked(text) is var canonical && canonical != text)
                errors.Add(FieldError.Invalid(at.Index(i), text, $"must be in canonical form (\"{canonical}\")"));
        }
    }

    /// <summary>A range may gain the other family, and nothing else changes.</summary>
    public static void UpdateServiceCidr(FieldErrors errors, JsonObject cidr, JsonObject old)
    {
        var next = cidr.Object("spec").Array("cidrs") ?? [];
        var before = old.Object("spec").Array("cidrs") ?? [];
        if (before.Count == 1 && next.Count == 2 && JsonNode.DeepEquals(before[0], next[0]))
            return;
        FieldRules.Unchanged(errors, cidr.Object("spec"), old.Object("spec"), FieldPath.Root.Child("spec"), "cidrs");
    }

    private static bool IsV6(JsonNode? cidr) => cidr.AsString()?.Contains(':') == true;

    private static string Canonical(IPAddress address) => address.IsIPv4MappedToIPv6 ? "" : address.ToString();

    private static string Masked(string cidr)
    {
        var slash = cidr.IndexOf('/');
        var bytes = IPAddress.Parse(cidr.AsSpan(0, slash)).GetAddressBytes();
        var bits = int.Parse(cidr.AsSpan(slash + 1), System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (i * 8), 0, 8));
        return $"{new IPAddress(bytes)}/{bits}";
    }
}
