using System.Text;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>A path inside a layer, one character a byte, without leading slash, empty parts, <c>.</c> and <c>..</c>. The root is empty.</summary>
internal readonly record struct TarPath(string Value)
{
    private const int MaxName = 255;

    public bool IsRoot => Value.Length == 0;

    public TarPath Parent => new(Value.LastIndexOf('/') is >= 0 and var slash ? Value[..slash] : "");

    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    public TarPath Child(string name) => new(IsRoot ? name : Value + "/" + name);

    public static TarPath Parse(string text, string entry, LayerLimits limits)
    {
        if (text.Length > limits.MaxPathLength)
            throw LayerRefusal.Entry(entry, $"has a path of {text.Length} bytes");
        if (IsPlain(text))
            return text.AsSpan().Count('/') < limits.MaxDepth ? new TarPath(text) : throw LayerRefusal.Entry(entry, $"is {text.AsSpan().Count('/') + 1} directories deep");
        var parts = text.Split('/').Where(p => p is not ("" or ".")).ToList();
        if (parts.Contains(".."))
            throw LayerRefusal.Entry(entry, "leads out of its directory by \"..\"");
        if (parts.Count > limits.MaxDepth)
            throw LayerRefusal.Entry(entry, $"is {parts.Count} directories deep");
        if (parts.Any(p => p.Length > MaxName))
            throw LayerRefusal.Entry(entry, $"has a name of more than {MaxName} bytes");
        return new TarPath(string.Join('/', parts));
    }

    /// <summary>Nothing is to be left out of it, and nothing is wrong with it: most paths.</summary>
    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var slash = text.IndexOf('/');
            var part = slash < 0 ? text : text[..slash];
            if (part is "" or "." or ".." || part.Length > MaxName)
                return false;
            if (slash < 0)
                return true;
            text = text[(slash + 1)..];
        }
    }

    /// <summary>As the kernel takes it.</summary>
    public static byte[] Bytes(string text)
    {
        var bytes = new byte[text.Length + 1];
        Encoding.Latin1.GetBytes(text, bytes);
        return bytes;
    }
}
