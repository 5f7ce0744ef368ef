using System.Text.Json.Nodes;
using LiteKube.Admission.Policies;
using LiteKube.Api.Codecs;
using LiteKube.Api.Defaulting;
using LiteKube.Api.Validation;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Verbs;

/// <summary>The schema's say in a write: defaults, and every error of an object by field.</summary>
internal sealed class ObjectRules
{
    public void Default(ServedResource resource, JsonObject tree) => Defaults.Apply(resource.Schema, tree);

    /// <summary>What only creation sets. After the strategy has taken away what clients may not set.</summary>
    public void DefaultCreated(ServedResource resource, JsonObject created) => Defaults.PrepareForCreate(resource.Schema, created);

    /// <exception cref="LiteKube.Api.ApiException">Invalid: everything that is wrong, by field.</exception>
    public void ValidateCreate(ApiRequest request, JsonObject created)
    {
        CheckName(request, created);
        var kind = request.Resource.Storage.Schema;
        Throw(request, created, [.. Validator.ValidateCreate(kind, created), .. ExpressionRules.Check(kind, created, null), .. request.Resource.Strategy.Validate(created, null)]);
    }

    /// <exception cref="LiteKube.Api.ApiException">Invalid: everything that is wrong, by field.</exception>
    public void ValidateUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        var kind = request.Resource.Storage.Schema;
        Throw(request, next, request.Subresource switch
        {
            "" => [.. Validator.ValidateUpdate(kind, next, old), .. ExpressionRules.Check(kind, next, old), .. request.Resource.Strategy.Validate(next, old)],
            "scale" => Validator.ValidateUpdate(kind, next, old),
            "status" or "approval" => Validator.ValidateStatusUpdate(kind, next, old),
            // These write what an update of the object itself may not.
            _ => Validator.Validate(kind.Type, next),
        });
    }

    private static void Throw(ApiRequest request, JsonObject tree, IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0)
            throw Api.Validation.InvalidObject.Of(request.Resource.Schema, tree.Object("metadata").String("name") ?? "", errors);
    }

    // Names are parts of paths and keys, whatever else a kind allows in them.
    private static void CheckName(ApiRequest request, JsonObject created)
    {
        var name = created.Object("metadata").String("name") ?? "";
        if (name.Length == 0)
            throw InvalidObject.Of(request.Resource.Type, "", "metadata.name", "FieldValueRequired", "Required value: name or generateName is required");
        if (name is "." or ".." || name.AsSpan().ContainsAny("/%"))
            throw InvalidObject.Of(request.Resource.Type, name, "metadata.name", "FieldValueInvalid", $"Invalid value: \"{name}\": may not be '.' or '..' or contain '/' or '%'");
    }
}
