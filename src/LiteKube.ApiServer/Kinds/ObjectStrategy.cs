using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.ApiServer.Requests;
using LiteKube.Store;

namespace LiteKube.ApiServer.Kinds;

/// <summary>
/// What sets one kind's life cycle apart from the rest: which parts of an object each verb may write, and what happens at its ends. Works on trees
/// of the stored version. The base class is the rule for most kinds.
/// </summary>
internal class ObjectStrategy
{
    /// <summary>The object has a status that only its sub-resource writes.</summary>
    public bool HasStatus { get; init; }

    /// <summary>metadata.generation counts changes of everything but metadata and status.</summary>
    public bool CountsGenerations { get; init; }

    /// <summary>An update without a resourceVersion replaces whatever is there.</summary>
    public bool UnconditionalUpdate { get; init; } = true;

    /// <summary>A PUT to a name that is not there creates it.</summary>
    public bool CreateOnUpdate { get; init; }

    /// <summary>What the delete of an object does to its dependents, where the request doesn't say.</summary>
    public bool OrphansByDefault { get; init; }

    /// <summary>A delete answers with the object, not with a Status.</summary>
    public bool ReturnsDeleted { get; init; }

    /// <summary>The members of metadata that an update of the status leaves as they are. For most kinds labels and annotations may be written with it.</summary>
    public IReadOnlyList<string> KeptByStatus { get; init; } = [];

    public virtual Durability DurabilityOf(string key) => Durability.Committed;

    public virtual void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        if (HasStatus)
            created.Remove("status");
        SetGeneration(created, CountsGenerations ? 1 : 0);
    }

    public virtual void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        if (HasStatus)
            TreeParts.Copy(old, next, "status");
        CountGeneration(next, old);
    }

    /// <summary>An update of the status sub-resource: status and, for most kinds, labels and annotations are the client's, the rest stays.</summary>
    public virtual void PrepareForStatusUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        TreeParts.KeepAllBut(next, old, "status");
        foreach (var member in KeptByStatus)
            TreeParts.Copy(old.Object("metadata")!, next.ObjectOrNew("metadata"), member);
        KeepGeneration(next, old);
    }

    /// <summary>What is wrong with an object beside what its schema and the rules of its kind say.</summary>
    /// <param name="old">The object before an update; null on creation.</param>
    public virtual IReadOnlyList<FieldError> Validate(JsonObject next, JsonObject? old) => [];

    /// <summary>Seconds between the request to delete an object and its removal by whoever runs it; null: deleted at once.</summary>
    public virtual long? GracePeriod(JsonObject deleted, long? requested) => null;

    /// <summary>The object goes away with the update that made this true.</summary>
    public virtual bool IsDeletionDone(JsonObject updated)
    {
        var metadata = updated.Object("metadata");
        return metadata is not null && metadata.Has("deletionTimestamp") && metadata.Array("finalizers") is not { Count: > 0 } && metadata.Long("deletionGracePeriodSeconds") is null or 0;
    }

    /// <summary>Claims what the object needs exclusively (cluster IPs, node ports) and writes it into the object; undone where the write fails.</summary>
    public virtual ValueTask<IReservation?> ReserveAsync(ApiRequest request, JsonObject next, JsonObject? old, CancellationToken cancellationToken) => default;

    /// <summary>The object now has its deletionTimestamp; a finalizer added here keeps it until its work is done.</summary>
    public virtual void PrepareForDelete(JsonObject marked, DateTimeOffset now)
    {
    }

    /// <summary>After a write of an object, of which the client is told when this is done.</summary>
    public virtual ValueTask WrittenAsync(long revision, CancellationToken cancellationToken) => default;

    /// <summary>After the object is gone from the store. Whether the client still waits makes no difference to what follows from that.</summary>
    public virtual ValueTask DeletedAsync(JsonObject deleted) => default;

    protected void CountGeneration(JsonObject next, JsonObject old)
    {
        if (CountsGenerations)
            SetGeneration(next, (old.Object("metadata").Long("generation") ?? 0) + (TreeParts.SameBut(next, old, "metadata", "status") ? 0 : 1));
        else
            KeepGeneration(next, old);
    }

    protected static void KeepGeneration(JsonObject next, JsonObject old) => SetGeneration(next, old.Object("metadata").Long("generation") ?? 0);

    protected static void SetGeneration(JsonObject tree, long generation)
    {
        var metadata = tree.ObjectOrNew("metadata");
        if (generation == 0)
            metadata.Remove("generation");
        else
            metadata["generation"] = generation;
    }
}

/// <summary>Something claimed for a write under way. Disposed without <see cref="CommitAsync"/>, it is given back.</summary>
internal interface IReservation : IDisposable
{
    /// <summary>After the write. Whether the client still waits makes no difference to what follows from that.</summary>
    ValueTask CommitAsync();
}
