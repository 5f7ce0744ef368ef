using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>Groups with one or two computed defaults each.</summary>
internal static class OtherDefaults
{
    public static void RbacSubject(JsonObject subject)
    {
        if (string.IsNullOrEmpty(subject.String("apiGroup")) && subject.String("kind") is "User" or "Group")
            subject["apiGroup"] = "rbac.authorization.k8s.io";
    }

    public static void NetworkPolicySpec(JsonObject spec)
    {
        if (spec.Array("policyTypes") is { Count: > 0 })
            return;
        var types = new JsonArray(JsonValue.Create("Ingress"));
        if (spec.Array("egress") is { Count: > 0 })
            types.Add((JsonNode)JsonValue.Create("Egress"));
        spec["policyTypes"] = types;
    }

    public static void CustomResourceNames(JsonObject names)
    {
        if (names.String("kind") is not { Length: > 0 } kind)
            return;
        if (string.IsNullOrEmpty(names.String("singular")))
            names["singular"] = kind.ToLowerInvariant();
        if (string.IsNullOrEmpty(names.String("listKind")))
            names["listKind"] = kind + "List";
    }

    public static void DeviceRequest(JsonObject request)
    {
        if (string.IsNullOrEmpty(request.String("allocationMode")))
            request["allocationMode"] = "ExactCount";
        if (request.String("allocationMode") == "ExactCount" && request.Long("count") is null or 0)
            request["count"] = 1;
    }
}
