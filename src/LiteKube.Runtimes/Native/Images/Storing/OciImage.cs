using System.Text.Json.Serialization;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>An image's configuration as it is stored and signed by its digest, as far as LiteKube reads it (OCI image specification, config.md).</summary>
internal sealed record OciImage
{
    [JsonPropertyName("architecture")]
    public string? Architecture { get; init; }

    [JsonPropertyName("os")]
    public string? Os { get; init; }

    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    [JsonPropertyName("config")]
    public OciExecution? Config { get; init; }

    [JsonPropertyName("rootfs")]
    public OciRootFileSystem? RootFileSystem { get; init; }
}

internal sealed record OciRootFileSystem
{
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<string>? DiffIds { get; init; }
}

/// <summary>The names are written as Docker writes them.</summary>
internal sealed record OciExecution
{
    public string? User { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public string? WorkingDir { get; init; }

    public IReadOnlyDictionary<string, Empty?>? ExposedPorts { get; init; }

    public IReadOnlyDictionary<string, Empty?>? Volumes { get; init; }

    public string? StopSignal { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>The value where only the key says something: <c>{}</c>.</summary>
internal sealed record Empty;
