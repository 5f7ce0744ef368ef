using System.Text.Json.Nodes;
using LiteKube.Api;

namespace LiteKube.ApiServer.Requests;

internal static class YamlBody
{
    public static JsonObject Decode(ReadOnlySpan<byte> body, out IReadOnlyList<string> duplicates) => throw new ApiException(StatusReason.UnsupportedMediaType, "YAML is not served");

    public static byte[] Encode(ReadOnlySpan<byte> json) => throw new ApiException(StatusReason.NotAcceptable, "YAML is not served");
}
