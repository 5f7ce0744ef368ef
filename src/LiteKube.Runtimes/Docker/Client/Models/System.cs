using System.Text.Json.Serialization;

namespace LiteKube.Runtimes.Docker.Client.Models;

internal sealed record ErrorMessage([property: JsonPropertyName("message")] string? Message);

internal sealed record VersionInfo(string Version, string ApiVersion);

internal sealed record SystemInfo(string ServerVersion, string DockerRootDir, string CgroupDriver, string? CgroupVersion);

internal sealed record DiskUsage(long LayersSize);

/// <summary>A message of <c>/events</c>.</summary>
internal sealed record EngineEvent(
    string? Type,
    string? Action,
    EventActor? Actor,
    [property: JsonPropertyName("timeNano")] long TimeNano);

internal sealed record EventActor([property: JsonPropertyName("ID")] string Id, Dictionary<string, string>? Attributes);
