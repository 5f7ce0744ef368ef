namespace LiteKube.ApiServer.Tables;

/// <summary>One column of a kind's table.</summary>
/// <param name="Priority">0: always shown; 1: only in wide output.</param>
internal sealed record Column<T>(string Name, Func<T, TableContext, Cell> Value, int Priority = 0, string Type = "string", string Format = "")
{
    public Column(string name, Func<T, Cell> value, int priority = 0, string type = "string", string format = "")
        : this(name, (item, _) => value(item), priority, type, format)
    {
    }
}

/// <param name="Now">Ages are counted to it.</param>
internal readonly record struct TableContext(DateTimeOffset Now);
