using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using LiteKube.Store;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>Removes every object of a definition that is being deleted, waits for those that finalizers hold, and then lets the definition go.</summary>
internal sealed partial class InstanceCleaner(ObjectStorage storage, ObjectDeleter deleter, DefinitionStatusWriter definitions, TimeProvider time, ILogger<InstanceCleaner> log)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    /// <summary>By uid: a definition of the same name may be made, and deleted, before the work on the one before has ended.</summary>
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    /// <summary>Begins, unless that is under way. Of a definition that has gone meanwhile nothing is touched: whoever calls may have been told late.</summary>
    /// <param name="resource">Null for a definition that never had objects.</param>
    public void Begin(string name, string uid, CustomResource? resource, CancellationToken cancellationToken) =>
        _running.GetOrAdd(uid, _ => Task.Run(() => RunAsync(name, uid, resource, cancellationToken), CancellationToken.None));

    public Task DoneAsync() => Task.WhenAll(_running.Values);

    private async Task RunAsync(string name, string uid, CustomResource? resource, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!await SayAsync(name, uid, "InstanceDeletionInProgress", "CustomResource deletion is in progress", cancellationToken))
                    break;
                if (resource is not null)
                    await EmptyAsync(resource, cancellationToken);
                await definitions.WriteAsync(name, Release, cancellationToken, uid);
                break;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is ApiException or StoreUnavailableException or RevisionCompactedException or WatcherTooSlowException)
            {
                Failed(log, name, e.Message);
                await SayFailedAsync(name, uid, e.Message, cancellationToken);
                await Task.Delay(s_retry, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _running.TryRemove(uid, out _);
    }

    private async ValueTask EmptyAsync(CustomResource resource, CancellationToken cancellationToken)
    {
        var served = resource.Storage;
        while (true)
        {
            var page = await storage.ListAsync(served, new StoreQuery(served.KeyPrefix), cancellationToken);
            if (page.Entries.Count == 0)
                return;
            foreach (var entry in page.Entries)
            {
                var one = StoredObject.Of(entry).Object.Header;
                if (one.DeletionTimestamp is null)
                    await DeleteAsync(resource, one, cancellationToken);
            }

            // What is left is held by finalizers: each that goes is an event.
            using var changes = storage.Watch(served.KeyPrefix, page.Revision);
            if (!await changes.Events.WaitToReadAsync(cancellationToken))
                return;
        }
    }

    private async ValueTask DeleteAsync(CustomResource resource, ObjectHeader header, CancellationToken cancellationToken)
    {
        var request = new ApiRequest { User = DefinitionStatusWriter.Self, Verb = "delete", Resource = resource.Storage, Namespace = header.Namespace, Name = header.Name };
        try
        {
            await deleter.DeleteAsync(request, new DeleteOptions(), cancellationToken, admit: false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            // Somebody else was faster.
        }
    }

    /// <returns>False where the definition is gone.</returns>
    private async ValueTask<bool> SayAsync(string name, string uid, string reason, string message, CancellationToken cancellationToken) =>
        await definitions.WriteAsync(name, d => DefinitionConditions.Set(d.ObjectOrNew("status"), new DefinitionCondition("Terminating", true, reason, message), Now()), cancellationToken, uid) is not null;

    private async ValueTask SayFailedAsync(string name, string uid, string error, CancellationToken cancellationToken)
    {
        try
        {
            await SayAsync(name, uid, "InstanceDeletionFailed", $"could not delete instances: {error}", cancellationToken);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            Failed(log, name, e.Message);
        }
    }

    private void Release(JsonObject definition)
    {
        DefinitionConditions.Set(definition.ObjectOrNew("status"), new DefinitionCondition("Terminating", false, "InstanceDeletionCompleted", "removed all instances"), Now());
        if (definition.Object("metadata").Array("finalizers") is not { } finalizers)
            return;
        for (var i = finalizers.Count - 1; i >= 0; i--)
            if (finalizers[i].AsString() == CustomResourceDefinitionStrategy.Finalizer)
                finalizers.RemoveAt(i);
    }

    private string Now() => SystemMetadata.Time(time.GetUtcNow());

    [LoggerMessage(LogLevel.Warning, "{Definition}: its objects could not be removed, which is tried again: {Error}")]
    private static partial void Failed(ILogger log, string definition, string error);
}
