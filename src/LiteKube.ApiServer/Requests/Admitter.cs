using System.Text.Json.Nodes;
using LiteKube.Admission;

namespace LiteKube.ApiServer.Requests;

/// <summary>One write's way through the admission chain: first mutation, then, after the server's own validation, the last look.</summary>
internal sealed class Admitter(IAdmissionChain chain)
{
    public AdmissionRequest For(ApiRequest request, AdmissionOperation operation, JsonObject? @object, JsonObject? old, string? kind = null) => new()
    {
        Operation = operation,
        Resource = request.Resource.Storage.Type,
        Subresource = request.Subresource,
        Kind = kind,
        Namespace = request.Resource.Type is { Plural: "namespaces", Group: "" } ? NameOf(request, @object) : request.Namespace,
        Name = NameOf(request, @object),
        Object = @object,
        OldObject = old,
        User = request.User,
        DryRun = request.Options.DryRun,
    };

    public ValueTask MutateAsync(AdmissionRequest admission, CancellationToken cancellationToken) => chain.MutateAsync(admission, cancellationToken);

    public async ValueTask ValidateAsync(ApiRequest request, AdmissionRequest admission, CancellationToken cancellationToken)
    {
        await chain.ValidateAsync(admission, cancellationToken);
        foreach (var warning in admission.Warnings)
            request.Warn(warning);
    }

    private static string NameOf(ApiRequest request, JsonObject? @object) =>
        request.Name.Length > 0 ? request.Name : Api.Codecs.JsonNodeExtensions.String(@object?["metadata"] as JsonObject, "name") ?? "";
}
