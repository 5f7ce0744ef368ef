using System.Buffers;
using System.IO.Pipelines;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Tables;
using LiteKube.ApiServer.Transport;
using LiteKube.ApiServer.Verbs;
using LiteKube.Store;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>
/// A watch as lines of JSON. The bytes of an object are those that every other watcher of it sends; only the few around them are written per watcher.
/// Flushes when no more events are ready, so that bursts share packets.
/// </summary>
internal sealed class WatchWriter(TableWriter tables, ReadySignal server, FlushPace pace)
{
    private const int FlushAt = 64 * 1024;
    private const int LargestInOnePiece = 8 * 1024;

    public async ValueTask WriteAsync(HttpContext context, ApiRequest request, ObjectWatch watch, ResponseFormat format)
    {
        using var running = watch;
        watch.ShareTurns();
        var response = context.Response;
        response.StatusCode = 200;
        response.ContentType = "application/json";
        var writer = response.BodyWriter;
        await response.StartAsync(context.RequestAborted);
        await writer.FlushAsync(context.RequestAborted);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        try
        {
            await CopyAsync(writer, request, watch, format, ends.Token);
        }
        catch (OperationCanceledException) when (server.Stopping.IsCancellationRequested)
        {
            // The client finds the next server, or this one when it is back.
        }
        catch (WatcherTooSlowException)
        {
            // The client resumes from the last event it read, as after any other end of a watch.
        }
        catch (ApiException e)
        {
            Write(writer, "ERROR"u8, JsonText.Bytes(e.Status));
            await writer.FlushAsync(context.RequestAborted);
        }
    }

    public static async ValueTask WriteErrorAsync(HttpContext context, Status status)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/json";
        Write(context.Response.BodyWriter, "ERROR"u8, JsonText.Bytes(status));
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async ValueTask CopyAsync(PipeWriter writer, ApiRequest request, ObjectWatch watch, ResponseFormat format, CancellationToken cancellationToken)
    {
        var first = true;
        await using var events = watch.EventsAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = events.MoveNextAsync();
            if (next.IsCompleted)
            {
                if (writer.UnflushedBytes > FlushAt)
                    await writer.FlushAsync(cancellationToken);
                if (!await next)
                    break;
            }
            else
            {
                if (writer.UnflushedBytes > 0)
                    await writer.FlushAsync(cancellationToken);
                if (!await next)
                    break;
                await pace.TurnAsync();
            }

            var happened = events.Current;
            Write(writer, NameOf(happened.Type), Body(request, watch, happened, format, first));
            first = false;
        }

        await writer.FlushAsync(cancellationToken);
    }

    private ReadOnlyMemory<byte> Body(ApiRequest request, ObjectWatch watch, ObjectEvent happened, ResponseFormat format, bool first) => format.As switch
    {
        Representation.Table => tables.WriteRow(watch.Resource, happened.Object, request.Options.IncludeObject, first,
            happened.Type is ObjectEventType.Bookmark or ObjectEventType.InitialEventsEnd),
        Representation.PartialMetadata => PartialMetadata.Of(happened.Object),
        _ => happened.Object.Json,
    };

    private static ReadOnlySpan<byte> NameOf(ObjectEventType type) => type switch
    {
        ObjectEventType.Added => "ADDED"u8,
        ObjectEventType.Modified => "MODIFIED"u8,
        ObjectEventType.Deleted => "DELETED"u8,
        _ => "BOOKMARK"u8,
    };

    private static void Write(PipeWriter writer, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json)
    {
        var head = "{\"type\":\""u8;
        var middle = "\",\"object\":"u8;
        var tail = "}\n"u8;
        var length = head.Length + type.Length + middle.Length + json.Length + tail.Length;
        if (length > LargestInOnePiece)
        {
            writer.Write(head);
            writer.Write(type);
            writer.Write(middle);
            writer.Write(json.Span);
            writer.Write(tail);
            return;
        }

        // Asking the writer for room five times would cost more than copying.
        var room = writer.GetSpan(length);
        head.CopyTo(room);
        type.CopyTo(room = room[head.Length..]);
        middle.CopyTo(room = room[type.Length..]);
        json.Span.CopyTo(room = room[middle.Length..]);
        tail.CopyTo(room[json.Length..]);
        writer.Advance(length);
    }
}
