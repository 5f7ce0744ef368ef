using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.ApiServer.CustomResources.Rules;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>The life cycle of definitions: they remember every version that objects were stored in, and go only after their objects.</summary>
internal sealed class CustomResourceDefinitionStrategy : ObjectStrategy
{
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private readonly DefinitionProgress _progress;

    public CustomResourceDefinitionStrategy(DefinitionProgress progress)
    {
        _progress = progress;
        HasStatus = true;
        CountsGenerations = true;
        UnconditionalUpdate = false;
        KeptByStatus = ["labels", "annotations", "ownerReferences"];
    }

    public override void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        base.PrepareForCreate(request, created);
        FillNames(created);
        created["status"] = new JsonObject
        {
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["conditions"] = new JsonArray(),
            ["storedVersions"] = new JsonArray([.. StorageVersions(created).Select(v => (JsonNode)v)]),
        };
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        FillNames(next);
        base.PrepareForUpdate(request, next, old);
        var status = next.ObjectOrNew("status");
        var stored = status.Array("storedVersions");
        if (stored is null)
            status["storedVersions"] = stored = [];
        foreach (var version in StorageVersions(next))
            if (!stored.Any(v => v.AsString() == version))
                stored.Add((JsonNode)version);
    }

    public override void PrepareForDelete(JsonObject marked, DateTimeOffset now)
    {
        var metadata = marked.ObjectOrNew("metadata");
        var finalizers = metadata.Array("finalizers");
        if (finalizers is null)
            metadata["finalizers"] = finalizers = [];
        if (!finalizers.Any(f => f.AsString() == Finalizer))
            finalizers.Add((JsonNode)Finalizer);
        DefinitionConditions.Set(marked.ObjectOrNew("status"), new DefinitionCondition(
            "Terminating", true, "InstanceDeletionPending", "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"), SystemMetadata.Time(now));
    }

    public override IReadOnlyList<FieldError> Validate(JsonObject next, JsonObject? old) => RuleCheck.Check(next, old);

    public override ValueTask WrittenAsync(long revision, CancellationToken cancellationToken) => _progress.ReachAsync(revision, cancellationToken);

    private static void FillNames(JsonObject definition)
    {
        if (definition.Object("spec").Object("names") is not { } names || names.String("kind") is not { Length: > 0 } kind)
            return;
        if (string.IsNullOrEmpty(names.String("singular")))
            names["singular"] = kind.ToLowerInvariant();
        if (string.IsNullOrEmpty(names.String("listKind")))
            names["listKind"] = kind + "List";
    }

    private static IEnumerable<string> StorageVersions(JsonObject definition) =>
        (definition.Object("spec").Array("versions") ?? []).OfType<JsonObject>().Where(v => v.Bool("storage") == true).Select(v => v.String("name") ?? "");
}
