using System.Text.Json.Serialization;
using LiteKube.Runtimes.Native.Images.Registries;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>One image of <c>manifest.json</c>, as <c>docker save</c> writes it. The names are Docker's.</summary>
internal sealed record SavedImage
{
    public string? Config { get; init; }

    public IReadOnlyList<string>? RepoTags { get; init; }

    public IReadOnlyList<string>? Layers { get; init; }
}

/// <summary>The file <c>oci-layout</c>.</summary>
internal sealed record OciLayout
{
    [JsonPropertyName("imageLayoutVersion")]
    public string Version { get; init; } = "1.0.0";
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<SavedImage>), TypeInfoPropertyName = "SavedImageList")]
[JsonSerializable(typeof(OciLayout))]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
