using System.Text;

namespace LiteKube.Cel;

/// <summary>url, isURL and the parts of a URL.</summary>
internal static class UrlLibrary
{
    private static readonly CelType s_url = UrlValue.UrlType;

    public static void AddTo(FunctionSet functions)
    {
        functions.Global("url", "string_to_url", [CelType.String], s_url, v => UrlValue.Parse(Text(v[0]), out var problem) ?? (CelValue)new ErrorValue($"URL parse error during conversion from string: {problem}"), Costs.Traverse);
        functions.Global("isURL", "is_url_string", [CelType.String], CelType.Bool, v => BoolValue.Of(UrlValue.Parse(Text(v[0]), out _) is not null), Costs.Traverse);
        Part("getScheme", u => u.Scheme);
        Part("getHost", u => u.Host);
        Part("getHostname", u => u.Hostname);
        Part("getPort", u => u.Port);
        Part("getEscapedPath", u => u.EscapedPath);
        functions.Member("getQuery", "url_get_query", [s_url], CelType.Map(CelType.String, CelType.List(CelType.String)), v => Query(((UrlValue)v[0]).Query), Costs.Traverse);

        void Part(string function, Func<UrlValue, string> part) =>
            functions.Member(function, $"url_{function}", [s_url], CelType.String, v => new StringValue(part((UrlValue)v[0])));
    }

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static MadeMap Query(string query)
    {
        var values = new Dictionary<string, List<CelValue>>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? part : part[..equals]);
            if (!values.TryGetValue(name, out var list))
                values[name] = list = [];
            list.Add(new StringValue(Decode(equals < 0 ? "" : part[(equals + 1)..])));
        }

        var result = new Dictionary<CelValue, CelValue>(Equality.Comparer);
        foreach (var (name, list) in values)
            result[new StringValue(name)] = new MadeList(list);
        return new MadeMap(result);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
