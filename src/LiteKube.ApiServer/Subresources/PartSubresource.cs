using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Subresources;

/// <summary>Sub-resources that show the whole object and write one part of it.</summary>
internal sealed class PartSubresource(ObjectStorage storage, ObjectUpdater updater, BodyDecoder decoder, PatchParser patches) : ISubresource
{
    public IReadOnlyList<string> Paths { get; } =
        ["*/status", "namespaces/finalize", "certificatesigningrequests.certificates.k8s.io/approval", "pods/ephemeralcontainers", "pods/resize"];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var resource = request.Resource;
        if (request.Verb == "get")
        {
            var found = await storage.GetAsync(resource, request.Namespace, request.Name, cancellationToken) ?? throw request.NotFound();
            return new ObjectResult(found.As(resource), resource);
        }

        ObjectChange change;
        if (request.Verb == "patch")
        {
            var patch = patches.Parse(request, resource.Kind, resource.Schema.Type);
            change = current => decoder.Recheck(request, patch.Change(current), resource.Kind, patch.Findings);
        }
        else
        {
            var wanted = decoder.Decode(request, resource.Kind);
            change = _ => (JsonObject)wanted.DeepClone();
        }

        return await updater.UpdateAsync(request, change, ScopeOf(request), cancellationToken);
    }

    private static UpdateScope ScopeOf(ApiRequest request) => request.Subresource switch
    {
        "status" => request.Resource.Strategy.PrepareForStatusUpdate,
        "finalize" => (_, next, old) => NamespaceStrategy.PrepareForFinalize(next, old),
        "approval" => (_, next, old) => CertificateSigningRequestStrategy.PrepareForApproval(next, old),
        "ephemeralcontainers" => (_, next, old) => PodStrategy.PrepareForEphemeralContainers(next, old),
        _ => (_, next, old) => PodStrategy.PrepareForResize(next, old),
    };
}
