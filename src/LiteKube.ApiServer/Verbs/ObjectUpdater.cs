using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Fields;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Storage;

namespace LiteKube.ApiServer.Verbs;

/// <summary>Makes of the present object (in the version served, with its resourceVersion) the wanted one. Called again after each conflict.</summary>
internal delegate JsonObject ObjectChange(JsonObject current);

/// <summary>Which parts of the wanted object an update may write; puts the others back.</summary>
internal delegate void UpdateScope(ApiRequest request, JsonObject next, JsonObject old);

internal sealed class ObjectUpdater(ObjectStorage storage, ObjectCreator creator, Admitter admitter, ObjectRules rules, FieldTracker fields)
{
    private const string Modified = "the object has been modified; please apply your changes to the latest version and try again";

    /// <summary>Far more than any contention needs; ends what would otherwise be a loop without end.</summary>
    private const int Attempts = 100;

    /// <param name="replaces">The change does not look at the present object.</param>
    public async ValueTask<ObjectResult> UpdateAsync(ApiRequest request, ObjectChange change, UpdateScope scope, CancellationToken cancellationToken, bool admit = true, bool replaces = false)
    {
        var resource = request.Resource;
        for (var attempt = 1; ; attempt++)
        {
            var current = await storage.GetAsync(resource, request.Namespace, request.Name, cancellationToken);
            if (current is null)
            {
                if (request.Verb == "update" && request.Subresource.Length == 0 && resource.Strategy.CreateOnUpdate)
                    return await creator.CreateAsync(request, change([]), cancellationToken);
                throw request.NotFound();
            }

            var next = change(replaces ? [] : current.As(resource).ToTree());
            resource.Conversion?.ToStorage(next);
            CheckVersion(request, next, current);
            var old = current.ToTree(resource);
            var ownership = new Ownership(current, FieldTracker.Take(old), FieldTracker.Take(next));
            SystemMetadata.FillForUpdate(request, next, old);
            next = await PrepareAsync(request, next, old, ownership, scope, admit, cancellationToken);
            ownership.PutInto(next, old);

            using var reservation = await resource.Strategy.ReserveAsync(request, next, old, cancellationToken);
            if (resource.Strategy.IsDeletionDone(next) && !request.Options.DryRun)
            {
                if (await storage.DeleteAsync(resource, resource.KeyOf(request.Namespace, request.Name), current, cancellationToken) is { } gone)
                {
                    await resource.Strategy.DeletedAsync(old);
                    await resource.Strategy.WrittenAsync(gone.Header.ResourceVersion, cancellationToken);
                    return new ObjectResult(Served(request, next, gone.Header.ResourceVersion), resource);
                }
            }
            else
            {
                var bytes = await resource.EncodeAsync(next, cancellationToken);
                if (current.HasBytes(bytes) || (resource.Custom?.IsStale(current) != true && SameObject(resource.Custom is null ? bytes.Length : ObjectJson.Encode(next).Length, next, old)))
                    return new ObjectResult(current.As(resource), resource);
                if (request.Options.DryRun)
                    return new ObjectResult(Served(request, next, current.Revision), resource);
                if (await storage.PutAsync(resource, resource.KeyOf(request.Namespace, request.Name), bytes, current.Revision, cancellationToken) is { } stored)
                {
                    if (reservation is not null)
                        await reservation.CommitAsync();
                    await resource.Strategy.WrittenAsync(stored.Revision, cancellationToken);
                    return new ObjectResult(stored.As(resource), resource);
                }
            }

            // Somebody else was faster. Whether that is a conflict or the object is gone, the next round finds.
            if (attempt == Attempts)
                throw ApiException.Conflict(resource.Type, request.Name, Modified);
        }
    }

    private async ValueTask<JsonObject> PrepareAsync(ApiRequest request, JsonObject next, JsonObject old, Ownership ownership, UpdateScope scope, bool admit, CancellationToken cancellationToken)
    {
        rules.Default(request.Resource.Storage, next);
        if (!admit)
        {
            scope(request, next, old);
            return next;
        }

        // Of the other sub-resources the scope says best what they write.
        if (request.Subresource is not ("" or "status"))
            scope(request, next, old);
        ownership.Settled = fields.Updated(request, next, old, ownership.Current, ownership.Held, ownership.Given);

        var admission = admitter.For(request, AdmissionOperation.Update, next, old);
        await admitter.MutateAsync(admission, cancellationToken);
        next = admission.Object!;
        FieldTracker.Take(next);
        rules.Default(request.Resource.Storage, next);
        scope(request, next, old);
        rules.ValidateUpdate(request, next, old);
        await admitter.ValidateAsync(request, admission, cancellationToken);
        return next;
    }

    /// <summary>managedFields of one update: of the present object, what the client sent, and what becomes of them.</summary>
    private sealed class Ownership(StoredObject current, JsonArray? held, JsonArray? given)
    {
        public StoredObject Current { get; } = current;

        public JsonArray? Held { get; } = held;

        public JsonArray? Given { get; } = given;

        public JsonArray? Settled { get; set; } = held;

        /// <summary>Back into the trees, so that equal trees mean that nothing changed.</summary>
        public void PutInto(JsonObject next, JsonObject old)
        {
            FieldTracker.Put(next, Settled);
            FieldTracker.Put(old, (JsonArray?)Held?.DeepClone());
        }
    }

    /// <summary>Where the client named the version that it wants to replace, it must be the present one.</summary>
    private static void CheckVersion(ApiRequest request, JsonObject next, StoredObject current)
    {
        var version = next.Object("metadata").String("resourceVersion");
        if (string.IsNullOrEmpty(version) || version == "0")
        {
            if (request.Verb == "update" && !request.Resource.Strategy.UnconditionalUpdate)
                throw VersionRequired(request);
            return;
        }

        if (version != current.Revision.ToString(CultureInfo.InvariantCulture))
            throw ApiException.Conflict(request.Resource.Type, request.Name, Modified);

        static ApiException VersionRequired(ApiRequest request) => InvalidObject.Of(request.Resource.Type, request.Name, "metadata.resourceVersion", "FieldValueInvalid", "Invalid value: 0x0: must be specified for an update");
    }

    // Members in another order make equal objects of equal length.
    private static bool SameObject(int length, JsonObject next, JsonObject old)
    {
        if (ObjectJson.Encode(old).Length != length)
            return false;
        var before = (JsonObject)old.DeepClone();
        before.Object("metadata")!.Remove("resourceVersion");
        return JsonNode.DeepEquals(next, before);
    }

    private static KubeObject Served(ApiRequest request, JsonObject stored, long revision)
    {
        request.Resource.Conversion?.ToServed(stored);
        return new KubeObject(ObjectJson.Encode(stored, revision.ToString(CultureInfo.InvariantCulture)));
    }
}
