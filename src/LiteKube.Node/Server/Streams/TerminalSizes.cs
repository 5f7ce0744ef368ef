using System.Text.Json;

namespace LiteKube.Node.Server.Streams;

internal readonly record struct TerminalSize(int Width, int Height);

/// <summary>Reads <c>{"Width":80,"Height":24}</c>, one after the other, however the pieces are cut. What is not one is passed over.</summary>
internal sealed class TerminalSizes
{
    private const int Longest = 256;

    private readonly byte[] _object = new byte[Longest];
    private int _length;

    public IEnumerable<TerminalSize> Feed(ReadOnlyMemory<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = bytes.Span[i];
            if (next == '{' || _length == Longest)
                _length = 0;
            _object[_length++] = next;
            if (next == '}' && Parse() is { } size)
                yield return size;
        }
    }

    private TerminalSize? Parse()
    {
        try
        {
            using var json = JsonDocument.Parse(_object.AsMemory(0, _length));
            return json.RootElement.TryGetProperty("Width", out var width) && json.RootElement.TryGetProperty("Height", out var height)
                && width.TryGetUInt16(out var columns) && height.TryGetUInt16(out var rows)
                    ? new TerminalSize(columns, rows)
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            _length = 0;
        }
    }
}
