namespace LiteKube.Store.Index;

/// <summary>A cut through the ordered keys: every key is below it or not, and those below come first.</summary>
internal readonly struct KeyBound
{
    private readonly string _text;
    private readonly Kind _kind;

    private KeyBound(string text, Kind kind) => (_text, _kind) = (text, kind);

    private enum Kind
    {
        Before,
        After,
        AfterPrefix,
    }

    /// <summary>Just before a key.</summary>
    public static KeyBound Before(string key) => new(key, Kind.Before);

    /// <summary>Just after a key.</summary>
    public static KeyBound After(string key) => new(key, Kind.After);

    /// <summary>Just after the last key that starts with a prefix.</summary>
    public static KeyBound AfterPrefix(string prefix) => new(prefix, Kind.AfterPrefix);

    public bool IsBelow(string key)
    {
        var order = string.CompareOrdinal(key, _text);
        return _kind switch
        {
            Kind.Before => order < 0,
            Kind.After => order <= 0,
            _ => order < 0 || key.StartsWith(_text, StringComparison.Ordinal),
        };
    }
}
