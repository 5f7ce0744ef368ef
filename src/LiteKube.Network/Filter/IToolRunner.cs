namespace LiteKube.Network.Filter;

internal interface IToolRunner
{
    /// <summary>Path of an installed tool, or null.</summary>
    string? Find(string tool);

    Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken);
}
