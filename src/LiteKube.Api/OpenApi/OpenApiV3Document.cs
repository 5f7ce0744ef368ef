namespace LiteKube.Api.OpenApi;

/// <param name="Path"><c>api/v1</c> or <c>apis/apps/v1</c>.</param>
/// <param name="Hash">Changes whenever the document does; clients keep what they have while it stays.</param>
public sealed record OpenApiV3Document(string Path, string Hash, ReadOnlyMemory<byte> Json)
{
    private byte[]? _protobuf;

    /// <summary>Made when first asked for.</summary>
    public ReadOnlyMemory<byte> Protobuf => _protobuf ??= OpenApiProtobuf.OfV3(Json);
}
