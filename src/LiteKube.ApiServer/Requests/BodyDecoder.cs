using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Protobuf;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;

namespace LiteKube.ApiServer.Requests;

/// <summary>Request bodies to trees of the kind that the path expects.</summary>
internal sealed class BodyDecoder
{
    public JsonObject Decode(ApiRequest request, GroupVersionKind expected)
    {
        if (request.Body.Bytes.IsEmpty)
            throw new ApiException(StatusReason.BadRequest, "the body of the request was empty");
        if (request.Resource.Custom is not null && request.Body.MediaType == ProtobufCodec.ContentType && expected == request.Resource.Kind)
            throw Unsupported(request.Body, "application/json, application/yaml");
        Fields.PatchOptions.CheckManager(request, request.Verb == "create" ? "CreateOptions" : "UpdateOptions");
        var tree = Parse(request.Body, expected, out var duplicates);
        CheckKind(tree, expected);
        if (TypeOf(request, expected) is { } type)
            UnknownFields.Handle(request, tree, type, expected, duplicates);
        return tree;
    }

    /// <summary>What a patch made: its kind must have stayed, and what the schema does not know is reported or dropped.</summary>
    /// <param name="findings">What strict decoding says of the patch itself.</param>
    public JsonObject Recheck(ApiRequest request, JsonObject patched, GroupVersionKind expected, IReadOnlyList<string> findings)
    {
        CheckKind(patched, expected);
        if (TypeOf(request, expected) is { } type)
            UnknownFields.HandlePatched(request, patched, type, findings);
        return patched;
    }

    /// <summary>A body that may be absent, as the options of a delete are.</summary>
    public JsonObject? DecodeOptional(ApiRequest request, GroupVersionKind expected) =>
        request.Body.Bytes.IsEmpty ? null : Parse(request.Body, expected, out _);

    private static JsonObject Parse(RequestBody body, GroupVersionKind expected, out IReadOnlyList<string> duplicates)
    {
        duplicates = [];
        switch (body.MediaType)
        {
            case "" or "application/json" or "text/plain" or "application/octet-stream":
                var json = JsonTree.Parse(body.Bytes.Span, out duplicates);
                duplicates = StructureCheck.Duplicates(duplicates);
                return json;
            case "application/yaml":
                var yaml = Yaml.ToTree(body.Bytes.Span, out duplicates);
                if (duplicates.Count > 0)
                    duplicates = [Yaml.Problem(duplicates)];
                return yaml;
            case "application/vnd.kubernetes.protobuf":
                return ProtobufCodec.Decode(body.Bytes.Span, expected);
            default:
                throw Unsupported(body, "application/json, application/yaml, application/vnd.kubernetes.protobuf");
        }
    }

    private static TypeSchema? TypeOf(ApiRequest request, GroupVersionKind expected) =>
        expected == request.Resource.Kind ? request.Resource.Schema.Type : ApiSchema.Current.Type(expected);

    private static ApiException Unsupported(RequestBody body, string accepted) =>
        new(StatusReason.UnsupportedMediaType, $"the body of the request was in an unknown format - accepted media types include: {accepted}; found {body.MediaType}");

    private static void CheckKind(JsonObject tree, GroupVersionKind expected)
    {
        var apiVersion = tree.String("apiVersion");
        var kind = tree.String("kind");
        if (string.IsNullOrEmpty(apiVersion))
            tree["apiVersion"] = expected.ApiVersion;
        else if (apiVersion != expected.ApiVersion)
            throw new ApiException(StatusReason.BadRequest, $"the API version in the data ({apiVersion}) does not match the expected API version ({expected.ApiVersion})");
        if (string.IsNullOrEmpty(kind))
            tree["kind"] = expected.Kind;
        else if (kind != expected.Kind)
            throw new ApiException(StatusReason.BadRequest, $"{kind} in version \"{expected.Version}\" cannot be handled as a {expected.Kind}: converting ({kind}) to ({expected.Kind}): unknown conversion");
    }
}
