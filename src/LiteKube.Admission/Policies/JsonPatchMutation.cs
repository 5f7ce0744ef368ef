using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Patch;
using LiteKube.Api.Schema;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>Applies a list of JSON patch operations; one whose test fails leaves the object as it was.</summary>
internal sealed class JsonPatchMutation(PolicyExpression expression) : PolicyMutation(expression)
{
    protected override JsonObject Patch(JsonObject shown, TypeSchema? type, CelValue value)
    {
        if (value is not ListValue list)
            throw new PolicyConfigurationException("type mismatch: JSONPatchType.expression should evaluate to array");
        var operations = new JsonArray();
        for (var i = 0; i < list.Count; i++)
            operations.Add(Operation(list[i]));
        try
        {
            return JsonPatch.Parse(JsonTree.Write(operations)).Apply((JsonObject)shown.DeepClone());
        }
        catch (ApiException e) when (e.Message.EndsWith("test failed", StringComparison.Ordinal))
        {
            return shown;
        }
        catch (ApiException e)
        {
            throw new PolicyConfigurationException($"JSONPath: {e.Status.Details?.Causes.FirstOrDefault()?.Message ?? e.Message}");
        }
    }

    private static JsonNode Operation(CelValue value)
    {
        if (value is not ConstructedObject { Type.Name: "JSONPatch" } made)
            throw new PolicyConfigurationException("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch");
        var operation = new JsonObject();
        foreach (var (name, field) in made.Fields)
            operation[name] = Json(field);
        return operation;
    }
}
