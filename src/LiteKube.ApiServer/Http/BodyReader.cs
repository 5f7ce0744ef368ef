using System.Buffers;
using LiteKube.Api;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

internal static class BodyReader
{
    /// <summary>Also upstream's limit.</summary>
    public const int MaxBytes = 3 * 1024 * 1024;

    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        var mediaType = MediaType(request.ContentType);
        if (request.ContentLength == 0)
            return new RequestBody(default, mediaType);
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MaxBytes)
            {
                // Given back, so that Kestrel can take in the rest: a connection closed on what is unread is reset, and the client may never see the answer.
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge();
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return new RequestBody(bytes, mediaType);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static string MediaType(string? contentType)
    {
        if (contentType is null or "application/json")
            return contentType ?? "";
        var semicolon = contentType.IndexOf(';');
        return (semicolon < 0 ? contentType : contentType[..semicolon]).Trim().ToLowerInvariant();
    }

    private static ApiException TooLarge() => new(StatusReason.RequestEntityTooLarge, $"Request entity too large: limit is {MaxBytes}");
}
