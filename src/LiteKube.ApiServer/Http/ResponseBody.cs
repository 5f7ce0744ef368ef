using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using LiteKube.ApiServer.Transport;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>Writes an answer of known parts, compressed where it is large and the way to the client is more than loopback.</summary>
internal static class ResponseBody
{
    private const int CompressFrom = 128 * 1024;


    public static async ValueTask WriteAsync(HttpContext context, int statusCode, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = Start(context, statusCode, contentType);
        if (Compresses(context, body.Length))
        {
            await using var gzip = Compressed(response);
            await gzip.WriteAsync(body, context.RequestAborted);
            return;
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    /// <param name="length">Of all parts together.</param>
    public static async ValueTask WriteAsync(HttpContext context, int statusCode, string contentType, long length, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var response = Start(context, statusCode, contentType);
        if (Compresses(context, length))
        {
            await using var gzip = Compressed(response);
            foreach (var part in parts)
                await gzip.WriteAsync(part, context.RequestAborted);
            return;
        }

        response.ContentLength = length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await CopyAsync(response.BodyWriter, parts, context.RequestAborted);
    }

    /// <summary>An answer whose middle is shared. Over HTTP/2 Kestrel is lent its blocks, so that a list is not copied before it is cut into frames.</summary>
    public static async ValueTask WriteAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> head, SharedBody body, ReadOnlyMemory<byte> tail)
    {
        var length = head.Length + body.Length + tail.Length;
        if (!HttpProtocol.IsHttp2(context.Request.Protocol) || HttpMethods.IsHead(context.Request.Method) || Compresses(context, length))
        {
            await WriteAsync(context, 200, contentType, length, [head, .. body.Blocks.Select(b => (ReadOnlyMemory<byte>)b.Memory), tail]);
            return;
        }

        var response = Start(context, 200, contentType);
        response.ContentLength = length;
        var writer = response.BodyWriter;
        writer.Write(head.Span);
        foreach (var block in body.Blocks)
        {
            if (block.Bytes.Length < BlockPool.BlockSize || !BlockPool.TryLend(writer, block))
                writer.Write(block.Bytes);
        }

        writer.Write(tail.Span);
        // Once: what waits to be sent takes no memory of its own.
        await writer.FlushAsync(context.RequestAborted);
    }

    /// <summary>A buffer at a time: asking the writer for room costs more than copying a small part.</summary>
    private static async ValueTask CopyAsync(PipeWriter writer, IEnumerable<ReadOnlyMemory<byte>> parts, CancellationToken cancellationToken)
    {
        // Each flush wakes another thread.
        const int flushEvery = 384 * 1024;
        var room = writer.GetMemory(1);
        var (used, unflushed) = (0, 0);
        foreach (var part in parts)
        {
            var rest = part;
            while (true)
            {
                var fits = Math.Min(rest.Length, room.Length - used);
                rest.Span[..fits].CopyTo(room.Span[used..]);
                used += fits;
                if (fits == rest.Length)
                    break;
                rest = rest[fits..];
                writer.Advance(used);
                unflushed += used;
                used = 0;
                if (unflushed >= flushEvery)
                {
                    unflushed = 0;
                    await writer.FlushAsync(cancellationToken);
                }

                room = writer.GetMemory(1);
            }
        }

        writer.Advance(used);
        await writer.FlushAsync(cancellationToken);
    }

    private static HttpResponse Start(HttpContext context, int statusCode, string contentType)
    {
        var response = context.Response;
        response.StatusCode = statusCode;
        response.ContentType = contentType;
        return response;
    }

    private static bool Compresses(HttpContext context, long length) =>
        length >= CompressFrom
        && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal)
        && context.Connection.RemoteIpAddress is { } remote
        && !System.Net.IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote);

    private static GZipStream Compressed(HttpResponse response)
    {
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
        return new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }
}
