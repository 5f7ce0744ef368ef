using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using LiteKube.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>
/// Follows the definitions in the store: settles their names and conditions, serves what is established, and begins the end of what is being deleted.
/// The one writer of the registry's custom part.
/// </summary>
internal sealed partial class DefinitionController(
    ObjectStorage storage, ResourceRegistry registry, CustomResourceFactory factory, DefinitionStatusWriter statuses, InstanceCleaner cleaner, DefinitionProgress progress,
    TimeProvider time, ILogger<DefinitionController> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Definition> _known = new(StringComparer.Ordinal);
    private readonly List<CustomResource> _retiring = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    private ServedResource Definitions => registry.Get(CustomResourceDefinition.Resource);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var revision = await LoadAsync(cancellationToken);
        Serve();
        progress.Set(revision);
        _loop = Task.Run(() => RunAsync(revision), CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        progress.Stop();
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await cleaner.DoneAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(long revision)
    {
        progress.MarkServing();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await SettleAsync();
                progress.Set(revision);
                using var watch = storage.Watch(Definitions.KeyPrefix, revision);
                while (await watch.Events.WaitToReadAsync(_stopping.Token))
                {
                    while (watch.Events.TryRead(out var change))
                    {
                        Take(change);
                        revision = change.Revision;
                    }

                    await SettleAsync();
                    progress.Set(revision);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, the remedy is to look at everything again.
                Failed(log, e);
                await Task.Delay(s_retry, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                revision = await ReloadAsync(revision);
            }
        }
    }

    private async ValueTask<long> LoadAsync(CancellationToken cancellationToken)
    {
        var page = await storage.ListAsync(new StoreQuery(Definitions.KeyPrefix), cancellationToken);
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in page.Entries)
        {
            var tree = StoredObject.Of(entry).ToTree();
            present.Add(NameOf(tree));
            Keep(tree);
        }

        foreach (var gone in _known.Keys.Where(n => !present.Contains(n)).ToArray())
            Forget(gone);
        return page.Revision;
    }

    private async ValueTask<long> ReloadAsync(long revision)
    {
        try
        {
            return await LoadAsync(_stopping.Token);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            Failed(log, e);
            return revision;
        }
    }

    private void Take(StoreEvent change)
    {
        if (change.Entry is { } entry)
            Keep(StoredObject.Of(entry).ToTree());
        else
            Forget(NameOf(StoredObject.Of(change.Previous!).ToTree()));
    }

    private void Keep(JsonObject tree)
    {
        var name = NameOf(tree);
        if (_known.TryGetValue(name, out var known))
            known.Tree = tree;
        else
            _known.Add(name, new Definition(tree));
    }

    private void Forget(string name)
    {
        if (_known.Remove(name, out var gone) && gone.Served is not null)
            _retiring.Add(gone.Served);
    }

    private async ValueTask SettleAsync()
    {
        foreach (var (name, definition) in _known.ToArray())
        {
            if (!NameAcceptance.Settle((JsonObject)definition.Tree.DeepClone(), Others(name), Now()))
                continue;
            try
            {
                if (await statuses.WriteAsync(name, tree => NameAcceptance.Settle(tree, Others(name), Now()), _stopping.Token) is { } written)
                    definition.Tree = written;
            }
            catch (ApiException e)
            {
                StatusFailed(log, name, e.Message);
            }
        }

        Serve();
        foreach (var (name, definition) in _known)
        {
            var metadata = definition.Tree.Object("metadata");
            if (metadata?.Has("deletionTimestamp") == true && (metadata.Array("finalizers") ?? []).Any(f => f.AsString() == CustomResourceDefinitionStrategy.Finalizer))
                cleaner.Begin(name, metadata.String("uid") ?? "", definition.Served, _stopping.Token);
        }
    }

    private void Serve()
    {
        var changed = false;
        foreach (var definition in _known.Values)
            changed |= Renew(definition);
        var served = _known.Values.Select(d => d.Served).OfType<CustomResource>().SelectMany(c => c.Served).ToArray();
        if (changed || registry.Resources.Count(r => r.Custom is not null) != served.Length)
            registry.ServeCustom(served);

        // Only now, so that whoever watched them and comes back finds their successors.
        foreach (var gone in _retiring)
            gone.Retire();
        _retiring.Clear();
    }

    /// <returns>Whether what is served of the definition is another thing now.</returns>
    private bool Renew(Definition definition)
    {
        var tree = definition.Tree;
        var spec = tree.Object("spec")!;
        if (!DefinitionConditions.IsTrue(tree, "Established") || registry.IsBuiltIn(spec.String("group") ?? "", spec.Object("names").String("plural") ?? ""))
            return false;
        var terminating = tree.Object("metadata")!.Has("deletionTimestamp");
        var effective = (JsonObject)spec.DeepClone();
        effective["names"] = tree.Object("status").Object("acceptedNames")?.DeepClone();
        if (JsonNode.DeepEquals(definition.Spec, effective))
        {
            if (definition.Served is not null)
                definition.Served.IsTerminating = terminating;
            return false;
        }

        var before = definition.Served;
        definition.Spec = effective;
        definition.Served = Make(tree, effective, before?.Writes);
        if (definition.Served is not null)
            definition.Served.IsTerminating = terminating;
        if (before is not null)
            _retiring.Add(before);
        return true;
    }

    // One definition that cannot be served must not keep the others, or the server, from it.
    private CustomResource? Make(JsonObject tree, JsonObject spec, WriteCount? writes)
    {
        try
        {
            return factory.Make(new JsonObject { ["metadata"] = tree["metadata"]!.DeepClone(), ["spec"] = spec.DeepClone() }, writes);
        }
        catch (Exception e)
        {
            NotServed(log, e, NameOf(tree));
            return null;
        }
    }

    private IEnumerable<JsonObject> Others(string name) => _known.Where(d => d.Key != name).Select(d => d.Value.Tree);

    private string Now() => SystemMetadata.Time(time.GetUtcNow());

    private static string NameOf(JsonObject tree) => tree.Object("metadata").String("name") ?? "";

    private sealed class Definition(JsonObject tree)
    {
        public JsonObject Tree { get; set; } = tree;

        /// <summary>The spec, with the names accepted, that <see cref="Served"/> was made of.</summary>
        public JsonObject? Spec { get; set; }

        public CustomResource? Served { get; set; }
    }

    [LoggerMessage(LogLevel.Error, "custom resource definitions are looked at again from the start")]
    private static partial void Failed(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "{Definition} cannot be served")]
    private static partial void NotServed(ILogger log, Exception error, string definition);

    [LoggerMessage(LogLevel.Warning, "{Definition}: its status could not be written: {Error}")]
    private static partial void StatusFailed(ILogger log, string definition, string error);
}
