namespace LiteKube.Runtimes.Native.Images;

/// <summary>What an image says of the containers made from it, checked: no NUL in any text, absolute paths without <c>..</c>.</summary>
internal sealed record ImageConfig
{
    /// <summary><c>uid</c>, <c>user</c>, <c>uid:gid</c> or <c>user:group</c>; empty for root.</summary>
    public string User { get; init; } = "";

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Cmd { get; init; } = [];

    /// <summary>Absolute; empty for the root.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary><c>80/tcp</c>.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>A name or a number, as the image has it; null where it says nothing.</summary>
    public string? StopSignal { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public string Architecture { get; init; } = "";

    public string Os { get; init; } = "";

    public string? Variant { get; init; }
}
