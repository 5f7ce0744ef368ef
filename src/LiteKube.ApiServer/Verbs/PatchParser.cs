using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Patch;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Verbs;

/// <summary>The body of a PATCH as a change that can be made again after a conflict.</summary>
internal static class PatchParser
{
    public const string Json = "application/json-patch+json";
    public const string Merge = "application/merge-patch+json";
    public const string StrategicMerge = "application/strategic-merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";

    /// <param name="type">The structure of what is patched, for strategic merge.</param>
    public static ObjectChange Parse(ApiRequest request, TypeSchema type)
    {
        var body = request.Body.Bytes;
        switch (request.Body.MediaType)
        {
            case Json:
                var operations = JsonPatch.Parse(body.Span);
                return current => operations.Apply(current);
            case Merge:
                var merge = JsonTree.Parse(body.Span);
                return current =>
                {
                    MergePatch.Apply(current, merge);
                    return current;
                };
            case StrategicMerge when request.Resource.Custom is null:
                var strategic = JsonTree.Parse(body.Span);
                return current => StrategicMergePatch.Apply(current, strategic, type);
            case Apply:
                throw new ApiException(StatusReason.UnsupportedMediaType, "server-side apply is not served yet; use client-side apply, or a JSON, merge or strategic merge patch");
            default:
                throw new ApiException(StatusReason.UnsupportedMediaType,
                    $"the body of the request was in an unknown format - accepted media types include: {Json}, {Merge}, {(request.Resource.Custom is null ? StrategicMerge : Apply)}; found {request.Body.MediaType}");
        }
    }
}
