using LiteKube.Network.Filter;

namespace LiteKube.Network.Tests.Live;

/// <summary>Runs tools inside a namespace.</summary>
internal sealed class NamespaceTools(TestNamespace ns) : IToolRunner
{
    private readonly ToolRunner _tools = new();

    public string? Find(string tool) => _tools.Find(tool);

    public Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken) =>
        _tools.RunAsync("ip", ["netns", "exec", ns.Name, path, .. arguments], input, cancellationToken);
}
