namespace LiteKube.Api.OpenApi;

/// <summary>What the fields that every custom resource has are for, for those who ask <c>kubectl explain</c>.</summary>
internal static class MetaDescriptions
{
    public const string ApiVersion = "APIVersion defines the versioned schema of this object: its group and version. The server converts between the versions that it serves.";
    public const string Kind = "Kind names the REST resource that this object represents, in CamelCase. It cannot be changed.";
    public const string Metadata = "Standard object's metadata.";
}
