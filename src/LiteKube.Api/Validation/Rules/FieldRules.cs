using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What several kinds ask of a field.</summary>
internal static class FieldRules
{
    public const string Immutable = "field is immutable";
    public const string NotNegative = "must be greater than or equal to 0";
    private const int MaxPort = 65535;

    public static bool Contains(JsonArray? list, string? value)
    {
        foreach (var item in list ?? [])
            if (item.AsString() == value)
                return true;
        return false;
    }

    /// <summary>The objects of a list, with their places.</summary>
    public static IEnumerable<(int Index, JsonObject Item)> Items(this JsonObject? parent, string name)
    {
        if (parent.Array(name) is not { } list)
            yield break;
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject item)
                yield return (i, item);
    }

    public static bool Same(JsonObject? left, JsonObject? right, string name) => JsonNode.DeepEquals(left?[name], right?[name]);

    public static void Unchanged(FieldErrors errors, JsonObject? value, JsonObject? old, FieldPath path, string name)
    {
        if (!Same(value, old, name))
            errors.Add(FieldError.Invalid(path.Child(name), value?[name], Immutable));
    }

    /// <summary>A port by number or name.</summary>
    public static void Port(FieldErrors errors, JsonNode? port, FieldPath path)
    {
        if (port.AsLong() is { } number)
            errors.Range(path, number, 1, MaxPort);
        else if (port.AsString() is { } name)
            errors.Check(path, name, NameRules.PortName(name));
    }

    /// <summary>An absolute count or a percentage, not negative.</summary>
    public static void CountOrPercent(FieldErrors errors, JsonNode? value, FieldPath path)
    {
        if (value.AsLong() is { } number)
            errors.NotNegative(path, number);
        else if (value.AsString() is { } text && !IsPercent(text))
            errors.Add(FieldError.Invalid(path, text, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
    }

    public static bool IsPercent(string text) => text.Length > 1 && text[^1] == '%' && !text.AsSpan(0, text.Length - 1).ContainsAnyExceptInRange('0', '9');

    public static bool IsZeroCount(JsonNode? value) => value.AsLong() == 0 || value.AsString() is { } text && IsPercent(text) && text.AsSpan().TrimEnd('%').TrimStart('0').IsEmpty;

    /// <summary>An address without leading zeros or zone, as <c>10.9.8.7</c> or <c>2001:db8::1</c>.</summary>
    public static void Ip(FieldErrors errors, string text, FieldPath path)
    {
        if (!IsIp(text))
            errors.Add(FieldError.Invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
    }

    public static bool IsIp(string text) => IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? !text.Contains('%') && !text.Contains('[') : address.ToString() == text);

    public static void Cidr(FieldErrors errors, string text, FieldPath path)
    {
        if (!IsCidr(text))
            errors.Add(FieldError.Invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
    }

    public static bool IsCidr(string text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && IsIp(text[..slash]) && int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var bits)
            && bits <= (text.Contains(':') ? 128 : 32);
    }

    /// <summary>A relative path that never goes up.</summary>
    public static void RelativePath(FieldErrors errors, string text, FieldPath path)
    {
        if (text.StartsWith('/'))
            errors.Add(FieldError.Invalid(path, text, "must be a relative path"));
        NoUp(errors, text, path);
    }

    public static void NoUp(FieldErrors errors, string text, FieldPath path)
    {
        foreach (var part in text.AsSpan().Split('/'))
            if (text.AsSpan()[part] is "..")
            {
                errors.Add(FieldError.Invalid(path, text, "must not contain '..'"));
                return;
            }
    }

    public static Quantity? QuantityOf(JsonNode? node) => Quantity.TryParse(node.AsString(), out var quantity) ? quantity : null;

    /// <summary>The selector of a workload: given, not empty, well formed, and matching the labels of its template.</summary>
    public static void WorkloadSelector(FieldErrors errors, JsonObject spec, FieldPath path, string what)
    {
        if (spec.Object("selector") is not { } selector)
        {
            errors.Add(FieldError.Required(path.Child("selector")));
            return;
        }

        if (selector.Object("matchLabels") is null or { Count: 0 } && selector.Array("matchExpressions") is null or { Count: 0 })
        {
            errors.Add(FieldError.Invalid(path.Child("selector"), selector, $"empty selector is invalid for {what}"));
            return;
        }

        var labels = spec.Object("template").Object("metadata").Object("labels");
        if (!SelectorRules.Matches(selector, labels))
            errors.Add(FieldError.Invalid(path.Child("template", "metadata").Child("labels"), labels, "`selector` does not match template `labels`"));
    }
}
