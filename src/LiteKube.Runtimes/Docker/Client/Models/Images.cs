using System.Text.Json.Serialization;

namespace LiteKube.Runtimes.Docker.Client.Models;

internal sealed record ImageInspect(string Id, IReadOnlyList<string>? RepoTags, IReadOnlyList<string>? RepoDigests, long Size, ImageConfig? Config);

internal sealed record ImageConfig(string? User, Dictionary<string, EmptyObject>? Volumes);

internal sealed record EmptyObject;

internal sealed record ImageSummary(string Id, IReadOnlyList<string>? RepoTags, IReadOnlyList<string>? RepoDigests, long Size);

/// <summary>A line of the progress of a pull or load.</summary>
internal sealed record ProgressMessage(
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("error")] string? Error);

/// <summary>The X-Registry-Auth header, before base64.</summary>
internal sealed record RegistryAuth(
    [property: JsonPropertyName("username")] string? Username,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("identitytoken")] string? IdentityToken,
    [property: JsonPropertyName("serveraddress")] string ServerAddress);
