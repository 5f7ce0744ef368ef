namespace LiteKube.ApiServer.Requests;

/// <param name="MediaType">Without parameters; empty means JSON.</param>
internal sealed record RequestBody(ReadOnlyMemory<byte> Bytes, string MediaType)
{
    public static readonly RequestBody Empty = new(default, "");
}
