using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Defaulting;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Verbs;

/// <summary>The schema's say in a write: defaults, and every error of an object by field.</summary>
internal sealed class ObjectRules
{
    public void Default(ServedResource resource, JsonObject tree) => Defaults.Apply(resource.Schema, tree);

    /// <summary>What only creation sets. After the strategy has taken away what clients may not set.</summary>
    public void DefaultCreated(ServedResource resource, JsonObject created) => Defaults.PrepareForCreate(resource.Schema, created);

    public void ValidateCreate(ApiRequest request, JsonObject created) => CheckName(request, created);

    public void ValidateUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
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
