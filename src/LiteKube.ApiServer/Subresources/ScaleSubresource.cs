using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apply;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Selectors;
using LiteKube.ApiServer.Fields;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.CustomResources;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Subresources;

/// <summary>The replica count of a workload as an autoscaling/v1 Scale.</summary>
internal sealed class ScaleSubresource(ObjectStorage storage, ObjectUpdater updater, BodyDecoder decoder, PatchParser patches) : ISubresource
{
    private static readonly GroupVersionKind s_scale = new("autoscaling", "v1", "Scale");
    private static readonly string[] s_replicas = ["spec", "replicas"];

    public IReadOnlyList<string> Paths { get; } = ["*/scale"];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Verb == "get")
        {
            var found = await storage.GetAsync(request.Resource, request.Namespace, request.Name, cancellationToken) ?? throw request.NotFound();
            return Result(request, found.ToTree(request.Resource));
        }

        ObjectChange change;
        if (request.Verb == "patch")
            change = patches.Parse(request, s_scale, ApiSchema.Current.Type(s_scale)!).Change;
        else
        {
            var wanted = decoder.Decode(request, s_scale);
            change = _ => (JsonObject)wanted.DeepClone();
        }

        var updated = (ObjectResult)await updater.UpdateAsync(request, current => Rescaled(request, current, change), request.Resource.Strategy.PrepareForUpdate, cancellationToken);
        return Result(request, updated.Object.ToTree());
    }

    private static JsonObject Rescaled(ApiRequest request, JsonObject current, ObjectChange change)
    {
        var shown = ScaleOf(current, PathsOf(request.Resource), mayBeAbsent: true);
        var held = FieldTracker.Take(current);
        var managed = held is null ? ManagedFields.None : FieldTracker.Parse(held) ?? ManagedFields.None;
        var ownership = new ScaleOwnership(request.Resource.Type.ApiVersion, PathsOf(request.Resource)?.SpecReplicas ?? s_replicas);
        if (request.IsApply)
            FieldTracker.Put(shown, FieldTracker.Node(ownership.ToScale(managed)));
        var scale = change(shown);
        if (request.IsApply)
            FieldTracker.Put(current, FieldTracker.Node(ownership.ToParent(managed, FieldTracker.Take(scale) is { } owners ? FieldTracker.Parse(owners)! : ManagedFields.None)));
        var replicas = scale.Object("spec").Long("replicas") ?? 0;
        if (replicas < 0)
            throw InvalidObject.Of(new ResourceType("autoscaling", "v1", "scales", "Scale", true), request.Name, "spec.replicas", "FieldValueInvalid", $"Invalid value: {replicas}: must be greater than or equal to 0");
        CustomScale.SetReplicas(current, PathsOf(request.Resource), replicas);
        var metadata = current.ObjectOrNew("metadata");
        if (scale.Object("metadata").String("resourceVersion") is { Length: > 0 } version)
            metadata["resourceVersion"] = version;
        else
            metadata.Remove("resourceVersion");
        if (scale.Object("metadata").String("uid") is { Length: > 0 } uid)
            metadata["uid"] = uid;
        return current;
    }

    private static ObjectResult Result(ApiRequest request, JsonObject tree) => new(new KubeObject(JsonTree.Write(ScaleOf(tree, PathsOf(request.Resource)))), null);

    private static ScalePaths? PathsOf(ServedResource resource) => resource.Schema.Custom?.Scale;

    public static JsonObject ScaleOf(JsonObject tree, ScalePaths? paths = null, bool mayBeAbsent = false)
    {
        var metadata = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (tree.Object("metadata") is { } own && own.TryGetPropertyValue(name, out var value) && value is not null)
                metadata[name] = value.DeepClone();
        }

        var status = new JsonObject { ["replicas"] = CustomScale.StatusReplicas(tree, paths) };
        if ((paths is null ? SelectorOf(tree.Object("spec").Object("selector")) : CustomScale.Selector(tree, paths)) is { Length: > 0 } selector)
            status["selector"] = selector;
        return new JsonObject
        {
            ["kind"] = s_scale.Kind,
            ["apiVersion"] = s_scale.ApiVersion,
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = CustomScale.SpecReplicas(tree, paths, mayBeAbsent) },
            ["status"] = status,
        };
    }

    /// <summary>A label selector, or the plain labels of a ReplicationController, in the query form.</summary>
    private static string? SelectorOf(JsonObject? selector)
    {
        if (selector is null)
            return null;
        if (selector.ContainsKey("matchLabels") || selector.ContainsKey("matchExpressions"))
            return LabelMatcher.Of(JsonText.Parse<LabelSelector>(JsonTree.Write(selector))).ToString();
        return string.Join(',', selector.Select(l => $"{l.Key}={l.Value.AsString()}"));
    }
}
