using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;
using LiteKube.Store;

namespace LiteKube.ApiServer.Kinds;

/// <summary>What its holder renews anyway: Events, and the leases by which nodes say that they live. An empty prefix means all.</summary>
internal sealed class RelaxedStrategy(string prefix) : ObjectStrategy
{
    public override Durability DurabilityOf(string key) => key.StartsWith(prefix, StringComparison.Ordinal) ? Durability.Relaxed : Durability.Committed;
}

/// <summary>A kubelet registers its node with the status it found.</summary>
internal sealed class NodeStrategy : ObjectStrategy
{
    public override void PrepareForCreate(ApiRequest request, JsonObject created) => SetGeneration(created, 0);
}

/// <summary>A kind whose status starts at a phase.</summary>
internal sealed class PhaseStrategy(string phase) : ObjectStrategy
{
    public override void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        base.PrepareForCreate(request, created);
        created["status"] = new JsonObject { ["phase"] = phase };
    }
}

/// <summary>stringData is written into data and never stored.</summary>
internal sealed class SecretStrategy : ObjectStrategy
{
    public override void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        Encode(created);
        base.PrepareForCreate(request, created);
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        Encode(next);
        base.PrepareForUpdate(request, next, old);
    }

    private static void Encode(JsonObject secret)
    {
        if (secret.Object("stringData") is { } text)
        {
            var data = secret.ObjectOrNew("data");
            foreach (var (key, value) in text)
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsString() ?? ""));
        }

        secret.Remove("stringData");
    }
}

/// <summary>The user who asks is written into the request, and conditions come only through the approval sub-resource.</summary>
internal sealed class CertificateSigningRequestStrategy : ObjectStrategy
{
    public override void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        base.PrepareForCreate(request, created);
        var spec = created.ObjectOrNew("spec");
        spec["username"] = request.User.Name;
        SetOrRemove(spec, "uid", request.User.Uid.Length == 0 ? null : request.User.Uid);
        spec["groups"] = new JsonArray([.. request.User.Groups.Select(g => (JsonNode)g)]);
        var extra = new JsonObject();
        foreach (var (key, values) in request.User.Extra)
            extra[key] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        SetOrRemove(spec, "extra", extra.Count == 0 ? null : extra);
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        TreeParts.Copy(old, next, "spec");
        base.PrepareForUpdate(request, next, old);
    }

    public override void PrepareForStatusUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        base.PrepareForStatusUpdate(request, next, old);
        var kept = (old.Object("status").Array("conditions") ?? []).Where(IsDecision).Select(c => c!.DeepClone());
        var given = (next.Object("status").Array("conditions") ?? []).Where(c => !IsDecision(c)).Select(c => c!.DeepClone());
        SetConditions(next, [.. kept, .. given]);
    }

    /// <summary>The approval sub-resource writes conditions and nothing else.</summary>
    public static void PrepareForApproval(JsonObject next, JsonObject old)
    {
        var conditions = next.Object("status").Array("conditions")?.DeepClone().AsArray() ?? [];
        TreeParts.KeepAllBut(next, old, "metadata");
        SetConditions(next, conditions);
    }

    private static void SetConditions(JsonObject csr, JsonArray conditions)
    {
        if (conditions.Count > 0)
            csr.ObjectOrNew("status")["conditions"] = conditions;
        else
            csr.Object("status")?.Remove("conditions");
    }

    private static bool IsDecision(JsonNode? condition) => (condition as JsonObject).String("type") is "Approved" or "Denied";

    private static void SetOrRemove(JsonObject parent, string name, JsonNode? value)
    {
        if (value is null)
            parent.Remove(name);
        else
            parent[name] = value;
    }
}
