using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Storage;

namespace LiteKube.ApiServer.Verbs;

/// <summary>
/// Deletes, in the steps that finalizers and grace periods ask for: an object that somebody must still act on is marked with a
/// deletionTimestamp and goes when its finalizers are gone and its grace period is 0.
/// </summary>
internal sealed class ObjectDeleter(ObjectStorage storage, Admitter admitter, TimeProvider time)
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const int Attempts = 100;

    /// <param name="admit">False where the server itself clears away what it no longer serves.</param>
    public async ValueTask<ObjectResult> DeleteAsync(ApiRequest request, DeleteOptions options, CancellationToken cancellationToken, bool admit = true)
    {
        var resource = request.Resource;
        var key = resource.KeyOf(request.Namespace, request.Name);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var current = await storage.GetAsync(resource, request.Namespace, request.Name, cancellationToken) ?? throw request.NotFound();
            CheckPreconditions(request, options, current.Object.Header);
            var old = current.ToTree(resource);
            if (admit)
                await AdmitAsync(request, options, old, cancellationToken);

            var marked = (JsonObject)old.DeepClone();
            var outcome = Mark(request, options, marked);
            if (outcome == Outcome.Pending)
                return new ObjectResult(current.As(resource), resource);
            if (outcome == Outcome.Marked)
            {
                if (options.DryRun)
                    return new ObjectResult(current.As(resource), resource);
                if (await storage.PutAsync(resource, key, await resource.EncodeAsync(marked, cancellationToken), current.Revision, cancellationToken) is not { } stored)
                    continue;
                await resource.Strategy.WrittenAsync(stored.Revision, cancellationToken);
                return new ObjectResult(stored.As(resource), resource, options.OrphanDependents == false ? 202 : 200);
            }

            if (options.DryRun)
                return Gone(request, current.As(resource));
            if (await storage.DeleteAsync(resource, key, current, cancellationToken) is { } last)
            {
                await resource.Strategy.DeletedAsync(old);
                await resource.Strategy.WrittenAsync(last.Header.ResourceVersion, cancellationToken);
                return Gone(request, last);
            }
        }

        throw ApiException.Conflict(resource.Type, request.Name, "the object is changing too fast to delete it");
    }

    private async ValueTask AdmitAsync(ApiRequest request, DeleteOptions options, JsonObject old, CancellationToken cancellationToken)
    {
        var admission = admitter.For(request, AdmissionOperation.Delete, null, old, sent: options.Sent);
        await admitter.MutateAsync(admission, cancellationToken);
        await admitter.ValidateAsync(request, admission, cancellationToken);
    }

    private enum Outcome
    {
        /// <summary>On its way out already, and nothing to add.</summary>
        Pending,

        /// <summary>The tree now says that the object is being deleted.</summary>
        Marked,

        /// <summary>Nothing holds the object.</summary>
        Remove,
    }

    private Outcome Mark(ApiRequest request, DeleteOptions options, JsonObject tree)
    {
        var metadata = tree.ObjectOrNew("metadata");
        var strategy = request.Resource.Strategy;
        var now = time.GetUtcNow();
        if (metadata.Has("deletionTimestamp"))
        {
            var remaining = metadata.Long("deletionGracePeriodSeconds") ?? 0;
            if (options.GracePeriodSeconds is not { } shorter || shorter >= remaining)
                return remaining == 0 && strategy.IsDeletionDone(tree) ? Outcome.Remove : Outcome.Pending;

            // The period given first may only be shortened.
            shorter = Math.Max(shorter, 0);
            var requested = DateTimeOffset.Parse(metadata.String("deletionTimestamp")!, CultureInfo.InvariantCulture) - TimeSpan.FromSeconds(remaining);
            SetDeletion(metadata, requested + TimeSpan.FromSeconds(shorter), shorter);
            return shorter == 0 && strategy.IsDeletionDone(tree) ? Outcome.Remove : Outcome.Marked;
        }

        SetFinalizers(metadata, options, strategy.OrphansByDefault);
        var grace = Math.Max(strategy.GracePeriod(tree, options.GracePeriodSeconds) ?? 0, 0);
        SetDeletion(metadata, now + TimeSpan.FromSeconds(grace), grace);
        strategy.PrepareForDelete(tree, now);
        if (strategy.IsDeletionDone(tree))
            return Outcome.Remove;
        if (metadata.Long("generation") is > 0 and { } generation)
            metadata["generation"] = generation + 1;
        if (request.Resource.Type is { Plural: "namespaces", Group: "" })
            tree.ObjectOrNew("status")["phase"] = "Terminating";
        return Outcome.Marked;
    }

    private static void SetDeletion(JsonObject metadata, DateTimeOffset at, long grace)
    {
        metadata["deletionTimestamp"] = SystemMetadata.Time(at);
        metadata["deletionGracePeriodSeconds"] = grace;
    }

    /// <summary>Dependents are the garbage collector's work; finalizers tell it which way.</summary>
    private static void SetFinalizers(JsonObject metadata, DeleteOptions options, bool orphansByDefault)
    {
        var present = (metadata.Array("finalizers") ?? []).Select(f => f.AsString() ?? "").ToList();
        var (orphan, foreground) = options switch
        {
            { PropagationPolicy: "Orphan" } or { OrphanDependents: true } => (true, false),
            { PropagationPolicy: "Foreground" } => (false, true),
            { PropagationPolicy: "Background" } or { OrphanDependents: false } => (false, false),
            _ => (present.Contains(OrphanFinalizer) || (orphansByDefault && !present.Contains(ForegroundFinalizer)), present.Contains(ForegroundFinalizer)),
        };
        present.RemoveAll(f => f is OrphanFinalizer or ForegroundFinalizer);
        if (orphan)
            present.Add(OrphanFinalizer);
        if (foreground)
            present.Add(ForegroundFinalizer);
        if (present.Count == 0)
            metadata.Remove("finalizers");
        else
            metadata["finalizers"] = new JsonArray([.. present.Select(f => (JsonNode)f)]);
    }

    private static void CheckPreconditions(ApiRequest request, DeleteOptions options, ObjectHeader header)
    {
        if (options.Uid is { } uid && uid != header.Uid)
        {
            throw ApiException.Conflict(request.Resource.Type, request.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {header.Uid}");
        }

        if (options.ResourceVersion is { } version && version != header.ResourceVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiException.Conflict(request.Resource.Type, request.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {header.ResourceVersion}");
        }
    }

    private static ObjectResult Gone(ApiRequest request, KubeObject last)
    {
        if (request.Resource.Strategy.ReturnsDeleted)
            return new ObjectResult(last, request.Resource);
        var type = request.Resource.Type;
        return ObjectResult.Success(new StatusDetails { Name = request.Name, Group = type.Group.Length == 0 ? null : type.Group, Kind = type.Plural, Uid = last.Header.Uid });
    }
}
