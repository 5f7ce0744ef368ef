using System.Text.Json.Nodes;

namespace LiteKube.Api.Apply;

/// <summary>The items of an associative list by their path elements, in the list's order. An item that lacks its keys goes by its place.</summary>
internal sealed class ListIndex
{
    private readonly JsonArray? _list;
    private readonly string[] _elements;
    private readonly Dictionary<string, int> _first;
    private HashSet<string>? _duplicates;

    private ListIndex(JsonArray? list, string[] elements)
    {
        _list = list;
        _elements = elements;
        _first = new Dictionary<string, int>(elements.Length, StringComparer.Ordinal);
        for (var i = 0; i < elements.Length; i++)
            if (!_first.TryAdd(elements[i], i))
                (_duplicates ??= new HashSet<string>(StringComparer.Ordinal)).Add(elements[i]);
    }

    public int Count => _elements.Length;

    public static ListIndex Of(JsonNode? node, MergeSchema schema)
    {
        if (node is not JsonArray list)
            return new ListIndex(null, []);
        var elements = new string[list.Count];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = (schema.Kind == MergeKind.SetList ? PathElement.Value(list[i]) : PathElement.Key(list[i], schema, out _)) ?? PathElement.Index(i);
        return new ListIndex(list, elements);
    }

    public string ElementAt(int index) => _elements[index];

    public JsonNode? ItemAt(int index) => _list![index];

    /// <summary>The first item of that element.</summary>
    public bool TryGet(string element, out JsonNode? item)
    {
        item = null;
        if (!_first.TryGetValue(element, out var index))
            return false;
        item = _list![index];
        return true;
    }

    public bool Contains(string element) => _first.ContainsKey(element);

    public bool IsFirst(int index) => _first[_elements[index]] == index;

    public bool IsRepeated(string element) => _duplicates?.Contains(element) == true;
}
