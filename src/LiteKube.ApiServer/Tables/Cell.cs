using System.Text.Json;

namespace LiteKube.ApiServer.Tables;

/// <summary>What stands in one place of a table: text or a number.</summary>
internal readonly struct Cell
{
    private readonly string? _text;
    private readonly long _number;

    private Cell(string? text, long number)
    {
        _text = text;
        _number = number;
    }

    public static implicit operator Cell(string? text) => new(text ?? "", 0);

    public static implicit operator Cell(long number) => new(null, number);

    public static implicit operator Cell(bool flag) => new(flag ? "true" : "false", 0);

    public void Write(Utf8JsonWriter writer)
    {
        if (_text is null)
            writer.WriteNumberValue(_number);
        else
            writer.WriteStringValue(_text);
    }
}
