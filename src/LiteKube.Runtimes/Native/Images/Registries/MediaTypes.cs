namespace LiteKube.Runtimes.Native.Images.Registries;

internal static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    private const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+";

    public static IReadOnlyList<string> Accepted { get; } = [OciIndex, OciManifest, DockerList, DockerManifest];

    public static bool IsIndex(string? type) => type is OciIndex or DockerList;

    public static bool IsManifest(string? type) => type is OciManifest or DockerManifest;

    public static bool IsSchema1(string? type) => type?.StartsWith(DockerSchema1, StringComparison.Ordinal) == true;
}
