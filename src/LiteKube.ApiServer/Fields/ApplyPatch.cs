using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apply;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Fields;

/// <summary>The body of a server-side apply: a configuration that can be applied again after a conflict.</summary>
internal sealed class ApplyPatch
{
    private readonly ApiRequest _request;
    private readonly JsonObject _configuration;
    private readonly ServerSideApply _apply;

    private ApplyPatch(ApiRequest request, JsonObject configuration, ServerSideApply apply)
    {
        _request = request;
        _configuration = configuration;
        _apply = apply;
    }

    /// <param name="kind">What the body must be of.</param>
    /// <param name="type">Its structure.</param>
    public static ApplyPatch Parse(ApiRequest request, GroupVersionKind kind, TypeSchema type, string now)
    {
        if (request.Options.FieldManager is not { Length: > 0 })
            throw PatchOptions.Invalid("fieldManager", "FieldValueRequired", "Required value: is required for apply patch");
        var configuration = Decode(request);
        CheckKind(configuration, kind);
        if (configuration.Object("metadata")?.ContainsKey("managedFields") == true)
            throw new ApiException(StatusReason.BadRequest, "metadata.managedFields must be nil");
        var writer = FieldTracker.WriterOf(request, kind.ApiVersion);
        return new ApplyPatch(request, configuration, new ServerSideApply(type, writer, request.Options.Force, ResetFields.Of(request.Resource, request.Subresource), now));
    }

    /// <param name="current">Empty: there is no such object yet. Its managed fields are those of the result's kind.</param>
    public JsonObject Apply(JsonObject current)
    {
        var creates = current.Count == 0;
        var held = FieldTracker.Take(current);
        if (creates)
            CheckCreates();
        else
            CheckSame(current);
        var managed = held is null ? ManagedFields.None : FieldTracker.Parse(held) ?? ManagedFields.None;
        var (applied, owners) = _apply.Apply(current, _configuration, managed, creates);
        FieldTracker.Put(applied, FieldTracker.Node(owners));
        return applied;
    }

    private static JsonObject Decode(ApiRequest request)
    {
        if (request.Body.Bytes.IsEmpty)
            throw new ApiException(StatusReason.BadRequest, "the body of the request was empty");
        JsonObject configuration;
        IReadOnlyList<string> duplicates;
        try
        {
            configuration = Yaml.ToTree(request.Body.Bytes.Span, out duplicates);
        }
        catch (ApiException e) when (e.Reason == StatusReason.BadRequest)
        {
            throw new ApiException(StatusReason.BadRequest, $"error decoding YAML: {e.Message}");
        }

        if (duplicates.Count == 0 || request.Options.FieldValidation == FieldValidation.Ignore)
            return configuration;
        var problem = "error converting YAML to JSON: " + Yaml.Problem(duplicates);
        if (request.Options.FieldValidation == FieldValidation.Strict)
            throw new ApiException(StatusReason.BadRequest, $"error strict decoding YAML: {problem}");
        request.Warn(problem);
        return configuration;
    }

    private static void CheckKind(JsonObject configuration, GroupVersionKind expected)
    {
        var apiVersion = configuration.String("apiVersion") ?? "";
        var kind = configuration.String("kind") ?? "";
        if (kind.Length == 0)
            throw new ApiException(StatusReason.BadRequest, "Object 'Kind' is missing in the apply patch");
        if (apiVersion != expected.ApiVersion)
            throw new ApiException(StatusReason.BadRequest, $"Incorrect version specified in apply patch. Specified patch version: {apiVersion}, expected: {expected.ApiVersion}");
        if (kind != expected.Kind)
            throw new ApiException(StatusReason.BadRequest, $"invalid object type: {apiVersion}, Kind={kind}");
    }

    private void CheckCreates()
    {
        var metadata = _configuration.Object("metadata");
        if (metadata.String("uid") is { Length: > 0 } uid)
            throw ApiException.Conflict(_request.Resource.Type, _request.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
    }

    private void CheckSame(JsonObject current)
    {
        if (_configuration.Object("metadata").String("uid") is { Length: > 0 } uid && uid != current.Object("metadata").String("uid"))
            throw ApiException.Conflict(_request.Resource.Type, _request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Object("metadata").String("uid")}");
    }
}
