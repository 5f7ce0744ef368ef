using System.Text;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>The query of a request to a node, of those parameters of the caller's that the node knows.</summary>
internal sealed class QueryBuilder
{
    private readonly StringBuilder _text = new();

    public QueryBuilder Add(string name, string value)
    {
        _text.Append(_text.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public QueryBuilder Copy(IQueryCollection from, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            foreach (var value in from[name])
            {
                if (!string.IsNullOrEmpty(value))
                    Add(name, value);
            }
        }

        return this;
    }

    /// <summary>A flag of the API as the node's own parameter: <c>stdin=true</c> becomes <c>input=1</c>.</summary>
    public QueryBuilder Flag(IQueryCollection from, string name, string nodeName, bool absent)
    {
        var value = from.First(name);
        if (value.Length == 0 ? absent : value is not ("false" or "0"))
            Add(nodeName, "1");
        return this;
    }

    public override string ToString() => _text.ToString();
}
