using System.Text.Json.Nodes;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>The compiled x-kubernetes-validations of one version of a custom resource. Supplied by who has a CEL; this assembly has none.</summary>
public interface ICustomRules
{
    /// <param name="old">The object before an update; null on creation.</param>
    IReadOnlyList<FieldError> Validate(JsonObject tree, JsonObject? old);
}
