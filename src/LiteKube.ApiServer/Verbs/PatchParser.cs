using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Patch;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.ApiServer.Fields;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Verbs;

/// <summary>A patch as a change that can be made again after a conflict.</summary>
/// <param name="Findings">What strict decoding says of the patch's own text.</param>
internal sealed record ParsedPatch(ObjectChange Change, IReadOnlyList<string> Findings);

/// <summary>The body of a PATCH.</summary>
internal sealed class PatchParser(FieldTracker fields)
{
    public const string Json = "application/json-patch+json";
    public const string Merge = "application/merge-patch+json";
    public const string StrategicMerge = "application/strategic-merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";

    /// <param name="kind">Of what is patched.</param>
    /// <param name="type">Its structure.</param>
    public ParsedPatch Parse(ApiRequest request, GroupVersionKind kind, TypeSchema type)
    {
        PatchOptions.Check(request);
        var body = request.Body.Bytes;
        switch (request.Body.MediaType)
        {
            case Json:
                var operations = JsonPatch.Parse(body.Span, out var findings);
                return new ParsedPatch(current => operations.Apply(current), findings);
            case Merge:
                var merge = JsonTree.Parse(body.Span, out var repeated);
                return new ParsedPatch(current =>
                {
                    MergePatch.Apply(current, merge);
                    return current;
                }, StructureCheck.Duplicates(repeated));
            case StrategicMerge when request.Resource.Custom is null:
                var strategic = JsonTree.Parse(body.Span, out var duplicates);
                return new ParsedPatch(current => StrategicMergePatch.Apply(current, strategic, type), StructureCheck.Duplicates(duplicates));
            case Apply:
                return new ParsedPatch(ApplyPatch.Parse(request, kind, type, fields.Now).Apply, []);
            default:
                throw new ApiException(StatusReason.UnsupportedMediaType,
                    $"the body of the request was in an unknown format - accepted media types include: {Json}, {Merge}, {(request.Resource.Custom is null ? StrategicMerge + ", " : "")}{Apply}; found {request.Body.MediaType}");
        }
    }
}
