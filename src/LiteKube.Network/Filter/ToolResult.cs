namespace LiteKube.Network.Filter;

internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    internal bool Succeeded => ExitCode == 0;

    /// <summary>The first lines of what the tool complained about.</summary>
    internal string Complaint => string.Join("; ", Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(3));
}
