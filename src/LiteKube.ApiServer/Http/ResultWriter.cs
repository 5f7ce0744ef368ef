using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Protobuf;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Tables;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>Results to HTTP answers, in the format the client accepts.</summary>
internal sealed class ResultWriter(TableWriter tables, WatchWriter watches, ListBodies bodies)
{
    public const string Json = "application/json";
    public const string YamlType = "application/yaml";

    public ValueTask WriteAsync(HttpContext context, ApiRequest request, ApiResult result, ResponseFormat format)
    {
        if (request.HasWarnings)
            AddWarnings(context, request);
        return result switch
        {
            ObjectResult one => WriteObjectAsync(context, request, one, format),
            ListResult list => WriteListAsync(context, request, list, format),
            WatchResult watch => watches.WriteAsync(context, request, watch.Watch, format),
            _ => throw new InvalidOperationException($"no way to write a {result.GetType().Name}"),
        };
    }

    public static ValueTask WriteStatusAsync(HttpContext context, Status status)
    {
        if (status.Details?.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return ResponseBody.WriteAsync(context, status.Code ?? 500, Json, JsonText.Bytes(status));
    }

    private ValueTask WriteObjectAsync(HttpContext context, ApiRequest request, ObjectResult result, ResponseFormat format)
    {
        var json = result.Object.Json;
        if (result.Type is { } type)
        {
            if (format.As == Representation.Table)
                json = tables.Write(type, [result.Object], request.Options.IncludeObject, new ListMeta { ResourceVersion = Text(result.Object.Header.ResourceVersion) });
            else if (format.As == Representation.PartialMetadata)
                json = PartialMetadata.Of(result.Object);
        }

        return WriteBytesAsync(context, request, result.StatusCode, json, format.Format);
    }

    private ValueTask WriteListAsync(HttpContext context, ApiRequest request, ListResult list, ResponseFormat format)
    {
        if (format.As == Representation.Table)
        {
            var metadata = new ListMeta { ResourceVersion = Text(list.Revision), Continue = list.Continue, RemainingItemCount = list.Remaining };
            return WriteBytesAsync(context, request, 200, tables.Write(list.Resource, list.Items, request.Options.IncludeObject, metadata), format.Format);
        }

        if (format.As == Representation.PartialMetadata)
            return WriteBytesAsync(context, request, 200, PartialMetadata.Of(list), format.Format);
        var isPlain = format.Format == MediaFormat.Json && !request.Options.Pretty;
        if (isPlain && bodies.Find(list) is { } shared)
            return ResponseBody.WriteAsync(context, Json, ListBytes.Head(list), shared, ListBytes.End);
        var (length, parts) = ListBytes.Of(list);
        if (isPlain)
            return ResponseBody.WriteAsync(context, 200, Json, length, parts);
        var whole = new byte[length];
        var at = 0;
        foreach (var part in parts)
        {
            part.Span.CopyTo(whole.AsSpan(at));
            at += part.Length;
        }

        return WriteBytesAsync(context, request, 200, whole, format.Format);
    }

    private static ValueTask WriteBytesAsync(HttpContext context, ApiRequest request, int statusCode, ReadOnlyMemory<byte> json, MediaFormat format) => format switch
    {
        MediaFormat.Protobuf => ResponseBody.WriteAsync(context, statusCode, ProtobufCodec.ContentType, ProtobufCodec.Encode(json.Span)),
        // JSON is YAML's flow style.
        MediaFormat.Yaml => ResponseBody.WriteAsync(context, statusCode, YamlType, Indented.Of(json.Span)),
        _ => ResponseBody.WriteAsync(context, statusCode, Json, request.Options.Pretty ? Indented.Of(json.Span) : json),
    };

    private static void AddWarnings(HttpContext context, ApiRequest request)
    {
        foreach (var warning in request.Warnings)
            context.Response.Headers.Append("Warning", $"299 - {WarningText.Quote(warning)}");
    }

    private static string Text(long revision) => revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
