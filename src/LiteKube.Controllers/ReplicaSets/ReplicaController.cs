using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.ReplicaSets;

/// <summary>Keeps as many pods of a template as its owner asks for. One engine for ReplicaSets and ReplicationControllers.</summary>
internal abstract class ReplicaController<T> : Reconciler<string> where T : class, IKubeObject<T>
{
    /// <summary>At most so many creations or deletions in one turn.</summary>
    private const int Burst = 500;

    /// <summary>The first of these fails alone before more are tried: see <see cref="CreateAsync"/>.</summary>
    private const int FirstBatch = 1;

    private readonly ReplicaKind<T> _kind;
    private readonly KubeClient _client;
    private readonly IEventRecorder _recorder;
    private readonly PodControl _podControl;
    private readonly OwnerClaims<T> _claims;
    private readonly Expectations _expectations;
    private readonly Informer<T> _owners;
    private readonly Informer<Pod> _pods;
    private readonly InformerIndex<Pod> _podsByController;

    protected ReplicaController(ControllerContext context, ReplicaKind<T> kind, Microsoft.Extensions.Logging.ILogger logger)
        : base(context.Time, logger)
    {
        _kind = kind;
        _client = context.Client;
        _recorder = context.Recorder(kind.Component);
        _podControl = new PodControl(_client, _recorder);
        _claims = new OwnerClaims<T>(_client);
        _expectations = new Expectations(context.Time);
        _owners = context.Informers.Of<T>();
        _pods = context.Informers.Of<Pod>();
        _podsByController = _pods.ByController();
    }

    protected override int Workers => 4;

    protected override IReadOnlyList<Task> Subscribe() => [On(_owners, OwnerChanged), On(_pods, PodChanged)];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        var owner = _owners.Get(key);
        if (owner is null)
        {
            _expectations.Forget(key);
            return;
        }

        // Asked before the pods are read: what shows in between makes the answer stale only in the safe direction.
        var mayManage = _expectations.Satisfied(key);
        var candidates = _podsByController[owner.Metadata.Uid!].Concat(_podsByController[""].Where(p => p.Metadata.Namespace == owner.Metadata.Namespace));
        var all = await _claims.ClaimAsync(owner, _kind.Selector(owner), candidates.Where(p => !p.IsFinished()), cancellationToken).ConfigureAwait(false);
        var active = all.Where(p => p.IsActive()).ToList();
        Failure? failure = null;
        if (mayManage && owner.Metadata.DeletionTimestamp is null)
            failure = await ManageAsync(key, owner, active, cancellationToken).ConfigureAwait(false);

        await UpdateStatusAsync(owner, active, all.Count - active.Count, failure, cancellationToken).ConfigureAwait(false);
        ScheduleAvailability(key, owner, active);
        if (failure is not null)
            throw failure.Exception;
    }

    /// <summary>Active pods that belong to the same application as the owner's.</summary>
    protected virtual IEnumerable<Pod> Related(T owner, IReadOnlyList<Pod> own) => own;

    protected IEnumerable<Pod> PodsOf(string ownerUid) => _podsByController[ownerUid];

    private async ValueTask<Failure?> ManageAsync(string key, T owner, List<Pod> active, CancellationToken cancellationToken)
    {
        var missing = _kind.Replicas(owner) - active.Count;
        return missing switch
        {
            > 0 => await CreateAsync(key, owner, Math.Min(missing, Burst), cancellationToken).ConfigureAwait(false),
            < 0 => await DeleteAsync(key, owner, active, Math.Min(-missing, Burst), cancellationToken).ConfigureAwait(false),
            _ => null,
        };
    }

    /// <summary>Creates in batches of 1, 2, 4 …, so that a template that the server refuses costs one request and not five hundred.</summary>
    private async ValueTask<Failure?> CreateAsync(string key, T owner, int count, CancellationToken cancellationToken)
    {
        _expectations.ExpectCreations(key, count);
        var template = _kind.Template(owner);
        var left = count;
        for (var batch = FirstBatch; left > 0; batch *= 2)
        {
            var tasks = Enumerable.Range(0, Math.Min(batch, left)).Select(_ => TryAsync(() => _podControl.CreateAsync(owner, template, cancellationToken))).ToArray();
            var failures = (await Task.WhenAll(tasks).ConfigureAwait(false)).OfType<Exception>().ToList();
            left -= tasks.Length;
            if (failures.Count == 0)
                continue;
            for (var i = 0; i < failures.Count + left; i++)
                _expectations.Created(key);
            cancellationToken.ThrowIfCancellationRequested();
            return failures.All(f => f is ApiException api && api.IsNamespaceTerminating()) ? null : new Failure("FailedCreate", failures[0]);
        }

        return null;
    }

    private async ValueTask<Failure?> DeleteAsync(string key, T owner, List<Pod> active, int count, CancellationToken cancellationToken)
    {
        var going = active;
        if (count < active.Count)
            going = [.. active.Order(new DeletionOrder(Related(owner, active), Time.GetUtcNow())).Take(count)];
        _expectations.ExpectDeletions(key, going.Select(p => p.Metadata.Uid!));
        var outcomes = await Task.WhenAll(going.Select(pod => TryAsync(async () =>
        {
            var gone = false;
            try
            {
                gone = await _podControl.DeleteAsync(owner, pod, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (!gone)
                    _expectations.Deleted(key, pod.Metadata.Uid!);
            }
        }))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return outcomes.OfType<Exception>().FirstOrDefault() is { } failure ? new Failure("FailedDelete", failure) : null;
    }

    private async ValueTask UpdateStatusAsync(T owner, List<Pod> active, int terminating, Failure? failure, CancellationToken cancellationToken)
    {
        var present = _kind.Status(owner);
        var why = failure is null ? ((string, string)?)null : (failure.Reason, failure.Exception.Message);
        var wanted = ReplicaStatus.Of(present, owner.Metadata.Generation ?? 0, active, terminating, _kind.Template(owner), _kind.MinReadySeconds(owner), why, Time.GetUtcNow());
        if (typeof(T) == typeof(ReplicationController))
            wanted = wanted with { TerminatingReplicas = null };
        if (!JsonText.Same(present, wanted))
            await _client.UpdateStatusAsync(_kind.WithStatus(owner, wanted), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Comes back when the next ready pod has been ready for long enough.</summary>
    private void ScheduleAvailability(string key, T owner, List<Pod> active)
    {
        var now = Time.GetUtcNow();
        var minReadySeconds = _kind.MinReadySeconds(owner);
        DateTimeOffset? next = null;
        foreach (var pod in active)
            if (pod.AvailableFrom(minReadySeconds) is { } from && from > now && (next is null || from < next))
                next = from;
        if (next is { } due)
            Queue.AddAfter(key, due - now);
    }

    private void OwnerChanged(T? old, T? current) => Queue.Add((current ?? old)!.Metadata.KeyOf().ToString());

    private void PodChanged(Pod? old, Pod? current)
    {
        var pod = (current ?? old)!;
        var owner = OwnerKeyOf(pod);
        if (owner is not null)
        {
            if (old is null)
                _expectations.Created(owner);
            if (current is null || current.Metadata.DeletionTimestamp is not null)
                _expectations.Deleted(owner, pod.Metadata.Uid!);
            Queue.Add(owner);
        }

        if (old is not null && current is not null && OwnerKeyOf(old) is { } former && former != owner)
            Queue.Add(former);
        if (pod.Metadata.ControllerOf() is not null || current is null || current.Metadata.DeletionTimestamp is not null)
            return;

        // An orphan that is new, or whose labels or owners changed, may be somebody's.
        if (old is not null && old.Metadata.ControllerOf() is null && JsonText.Same(new Api.Meta.V1.LabelSelector { MatchLabels = old.Metadata.Labels }, new Api.Meta.V1.LabelSelector { MatchLabels = pod.Metadata.Labels }))
            return;
        foreach (var candidate in _owners.ListIn(pod.Metadata.Namespace!))
            if (_kind.Selector(candidate).Matches(pod.Metadata.Labels))
                Queue.Add(candidate.Metadata.KeyOf().ToString());
    }

    private static string? OwnerKeyOf(Pod pod) =>
        pod.Metadata.ControllerOf() is { } owner && owner.Kind == T.Kind && owner.ApiVersion == T.ApiVersion ? $"{pod.Metadata.Namespace}/{owner.Name}" : null;

    private static async Task<Exception?> TryAsync(Func<ValueTask> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private sealed record Failure(string Reason, Exception Exception);
}
