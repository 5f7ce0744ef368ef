using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.CustomResources;

internal sealed record DefinitionCondition(string Type, bool Holds, string Reason, string Message);

/// <summary>The conditions in a definition's status.</summary>
internal static class DefinitionConditions
{
    public static bool IsTrue(JsonObject definition, string type) => Find(definition.Object("status"), type).String("status") == "True";

    /// <returns>Whether the status changed.</returns>
    public static bool Set(JsonObject status, DefinitionCondition condition, string now)
    {
        var value = condition.Holds ? "True" : "False";
        if (Find(status, condition.Type) is not { } present)
        {
            if (status.Array("conditions") is not { } conditions)
                status["conditions"] = conditions = [];
            conditions.Add((JsonNode)new JsonObject
            {
                ["type"] = condition.Type, ["status"] = value, ["lastTransitionTime"] = now, ["reason"] = condition.Reason, ["message"] = condition.Message,
            });
            return true;
        }

        if (present.String("status") == value && present.String("reason") == condition.Reason && present.String("message") == condition.Message)
            return false;
        if (present.String("status") != value)
            present["lastTransitionTime"] = now;
        present["status"] = value;
        present["reason"] = condition.Reason;
        present["message"] = condition.Message;
        return true;
    }

    private static JsonObject? Find(JsonObject? status, string type) =>
        (status.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(c => c.String("type") == type);
}
