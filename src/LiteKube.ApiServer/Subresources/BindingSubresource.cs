using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Subresources;

/// <summary>Puts a pod on a node, once: pods/binding, and the same by POST to bindings.</summary>
internal sealed class BindingSubresource(Lazy<ResourceRegistry> registry, ObjectUpdater updater, BodyDecoder decoder, Admitter admitter, TimeProvider time) : ISubresource
{
    private static readonly GroupVersionKind s_binding = new("", "v1", "Binding");

    public IReadOnlyList<string> Paths { get; } = ["pods/binding", "bindings"];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Verb != "create")
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        var binding = decoder.Decode(request, s_binding);
        var name = request.Name.Length > 0 ? request.Name : binding.Object("metadata").String("name") ?? "";
        var target = binding.Object("target");
        if (target.String("kind") is not (null or "" or "Node"))
            throw InvalidObject.Of(Binding.Resource, name, "target.kind", "FieldValueNotSupported", $"Unsupported value: \"{target.String("kind")}\": supported values: \"Node\"");
        if (target.String("name") is not { Length: > 0 } node)
            throw InvalidObject.Of(Binding.Resource, name, "target.name", "FieldValueRequired", "Required value");

        var bind = new ApiRequest
        {
            User = request.User, Verb = "patch", Resource = registry.Value.Get(Pod.Resource), Namespace = request.Namespace, Name = name, Subresource = "binding", Options = request.Options,
        };
        var admission = admitter.For(bind, AdmissionOperation.Create, binding, null, s_binding.Kind);
        await admitter.MutateAsync(admission, cancellationToken);
        await admitter.ValidateAsync(bind, admission, cancellationToken);
        await updater.UpdateAsync(bind, pod => Bound(bind, pod, admission.Object!, node), (_, _, _) => { }, cancellationToken, admit: false);
        return ObjectResult.Success(statusCode: 201);
    }

    private JsonObject Bound(ApiRequest request, JsonObject pod, JsonObject binding, string node)
    {
        var spec = pod.ObjectOrNew("spec");
        var metadata = pod.ObjectOrNew("metadata");
        if (metadata.Has("deletionTimestamp"))
            throw ApiException.Conflict(request.Resource.Type, request.Name, $"pod {request.Name} is being deleted, cannot be assigned to a host");
        if (spec.String("nodeName") is { Length: > 0 } taken)
            throw ApiException.Conflict(request.Resource.Type, request.Name, $"pod {request.Name} is already assigned to node \"{taken}\"");
        if (spec.Array("schedulingGates") is { Count: > 0 })
            throw ApiException.Conflict(request.Resource.Type, request.Name, $"pod {request.Name} has non-empty .spec.schedulingGates");
        var uid = binding.Object("metadata").String("uid");
        if (!string.IsNullOrEmpty(uid) && uid != metadata.String("uid"))
            throw ApiException.Conflict(request.Resource.Type, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {metadata.String("uid")}");

        spec["nodeName"] = node;
        foreach (var part in (ReadOnlySpan<string>)["annotations", "labels"])
        {
            foreach (var (key, value) in binding.Object("metadata").Object(part) ?? [])
                metadata.ObjectOrNew(part)[key] = value?.DeepClone();
        }

        SetScheduled(pod);
        return pod;
    }

    private void SetScheduled(JsonObject pod)
    {
        var status = pod.ObjectOrNew("status");
        var conditions = status.Array("conditions") ?? [];
        var scheduled = conditions.OfType<JsonObject>().FirstOrDefault(c => c.String("type") == "PodScheduled");
        if (scheduled is null)
            conditions.Add((JsonNode)(scheduled = new JsonObject { ["type"] = "PodScheduled" }));
        scheduled["status"] = "True";
        scheduled["lastTransitionTime"] = SystemMetadata.Time(time.GetUtcNow());
        scheduled.Remove("reason");
        scheduled.Remove("message");
        if (status.Array("conditions") is null)
            status["conditions"] = conditions;
    }
}
