using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.Requests;

/// <summary>One write's way through the admission chain: first mutation, then, after the server's own validation, the last look.</summary>
internal sealed class Admitter(IAdmissionChain chain)
{
    public AdmissionRequest For(ApiRequest request, AdmissionOperation operation, JsonObject? @object, JsonObject? old, string? kind = null, JsonObject? sent = null) => new()
    {
        Operation = operation,
        Resource = request.Resource.Storage.Type,
        RequestResource = request.Resource.Type,
        Subresource = request.Subresource,
        Kind = kind,
        Namespace = request.Resource.Type is { Plural: "namespaces", Group: "" } ? NameOf(request, @object) : request.Namespace,
        Name = NameOf(request, @object),
        Object = @object,
        OldObject = old,
        User = request.User,
        DryRun = request.Options.DryRun || sent.Array("dryRun") is { Count: > 0 },
        OptionsSource = () => sent is null ? OptionsOf(request, operation) : Sent(request, sent),
    };

    /// <summary>DeleteOptions of a body: what the query says counts beside them only for a dry run.</summary>
    private static JsonObject Sent(ApiRequest request, JsonObject sent)
    {
        var options = (JsonObject)sent.DeepClone();
        options["kind"] = "DeleteOptions";
        options["apiVersion"] = "meta.k8s.io/v1";
        if (request.Options.DryRun)
            options["dryRun"] = new JsonArray("All");
        return options;
    }

    public ValueTask MutateAsync(AdmissionRequest admission, CancellationToken cancellationToken) => chain.MutateAsync(admission, cancellationToken);

    public async ValueTask ValidateAsync(ApiRequest request, AdmissionRequest admission, CancellationToken cancellationToken)
    {
        await chain.ValidateAsync(admission, cancellationToken);
        foreach (var warning in admission.Warnings)
            request.Warn(warning);
        foreach (var (key, value) in admission.AuditAnnotations)
            request.Annotate(key, value);
    }

    /// <summary>The options of the request as its kind of operation has them; a patch is an update by then.</summary>
    private static JsonObject? OptionsOf(ApiRequest request, AdmissionOperation operation)
    {
        if (operation == AdmissionOperation.Connect)
            return null;
        var options = new JsonObject { ["kind"] = $"{operation}Options", ["apiVersion"] = "meta.k8s.io/v1" };
        if (request.Options.DryRun)
            options["dryRun"] = new JsonArray("All");
        if (operation != AdmissionOperation.Delete)
        {
            if (request.Options.FieldManager is { Length: > 0 } manager)
                options["fieldManager"] = manager;
            options["fieldValidation"] = request.Options.FieldValidation.ToString();
            return options;
        }

        if (request.Options.GracePeriodSeconds is { } grace)
            options["gracePeriodSeconds"] = grace;
        if (request.Options.PropagationPolicy is { Length: > 0 } policy)
            options["propagationPolicy"] = policy;
        return options;
    }

    private static string NameOf(ApiRequest request, JsonObject? @object) =>
        request.Name.Length > 0 ? request.Name : Api.Codecs.JsonNodeExtensions.String(@object?["metadata"] as JsonObject, "name") ?? "";
}
