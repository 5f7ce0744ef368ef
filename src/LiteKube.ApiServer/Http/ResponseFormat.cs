namespace LiteKube.ApiServer.Http;

internal enum MediaFormat
{
    Json,
    Yaml,
    Protobuf,
}

internal enum Representation
{
    Object,
    Table,
    PartialMetadata,
}

/// <summary>What the client wants to read: a format, and of objects either all, a table or only metadata.</summary>
internal readonly record struct ResponseFormat(MediaFormat Format, Representation As)
{
    public static readonly ResponseFormat Json = new(MediaFormat.Json, Representation.Object);
}
