namespace LiteKube.ApiServer.Http;

/// <summary>A media type that a document is written in.</summary>
internal enum OpenApiForm
{
    Json,
    Protobuf,
}
