using System.Collections.Concurrent;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Quotas;
using LiteKube.Client;

namespace LiteKube.Controllers.ResourceQuotas;

/// <summary>
/// Keeps the status of ResourceQuotas true. Admission counts up as objects are made; this counts what is there: when objects go, when a quota changes,
/// and a moment after each burst of claims, so that what was claimed and never made is given back.
/// </summary>
internal sealed class ResourceQuotaController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<ResourceQuotaController>())
{
    /// <summary>
    /// A quota is counted only after nobody has written its status for so long: an object that was just claimed for may not be stored yet, and a count
    /// without it would let another one in.
    /// </summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);

    /// <summary>Counting is not put off for longer than this, however busy the namespace is; the write would conflict with any claim meanwhile.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_resync = TimeSpan.FromMinutes(5);

    private readonly Informer<ResourceQuota> _quotas = context.Informers.Of<ResourceQuota>();
    private readonly ConcurrentDictionary<string, Activity> _activity = new(StringComparer.Ordinal);
    private readonly HashSet<ResourceType> _followed = [];
    private readonly Lock _gate = new();
    private QuotaCatalog? _catalog;

    private QuotaCatalog Catalog => _catalog ??= new QuotaCatalog(context.Client);

    protected override IReadOnlyList<Task> Subscribe()
    {
        lock (_gate)
            _followed.Clear();
        return [On(_quotas, Changed)];
    }

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_quotas.Get(key) is not { } cached)
        {
            _activity.TryRemove(key, out _);
            return;
        }

        await FollowAsync(cached, cancellationToken).ConfigureAwait(false);
        var quota = await context.Client.FindAsync<ResourceQuota>(cached.Metadata.Namespace, cached.Metadata.Name!, cancellationToken).ConfigureAwait(false);
        if (quota is null)
            return;
        if (Wait(key, quota, cached) is { } wait)
        {
            Queue.AddAfter(key, wait);
            return;
        }

        var used = await new QuotaCount(context.Client.Transport, Catalog, Time).OfAsync(quota, cancellationToken).ConfigureAwait(false);
        var status = new ResourceQuotaStatus { Hard = quota.Spec.Hard, Used = used };
        if (!Same(quota.Status, status))
        {
            var written = await context.Client.UpdateStatusAsync(quota with { Status = status }, cancellationToken).ConfigureAwait(false);
            _activity[key] = new Activity(0, 0, written.Metadata.ResourceVersion);
        }

        Queue.AddAfter(key, s_resync);
    }

    private void Changed(ResourceQuota? old, ResourceQuota? current)
    {
        var quota = (current ?? old)!;
        var key = $"{quota.Metadata.Namespace}/{quota.Metadata.Name}";
        if (old is null || current is null || !JsonText.Same(old.Spec, current.Spec))
        {
            Queue.Add(key);
            return;
        }

        if (_activity.TryGetValue(key, out var known) && known.Own == current.Metadata.ResourceVersion)
            return;
        Touch(key);
        Queue.AddAfter(key, s_quiet);
    }

    /// <summary>Notes that somebody wrote the quota.</summary>
    private void Touch(string key)
    {
        var now = Time.GetTimestamp();
        _activity.AddOrUpdate(key, _ => new Activity(now, now, null), (_, before) => new Activity(before.First == 0 ? now : before.First, now, before.Own));
    }

    private TimeSpan? Wait(string key, ResourceQuota quota, ResourceQuota cached)
    {
        // A quota that limits nothing yet is not being claimed from.
        if (quota.Status.Hard.Count == 0)
            return null;
        if (quota.Metadata.ResourceVersion != cached.Metadata.ResourceVersion)
            Touch(key);
        if (!_activity.TryGetValue(key, out var activity) || activity.Last == 0 || Time.GetElapsedTime(activity.First) > s_patience)
            return null;
        var left = s_quiet - Time.GetElapsedTime(activity.Last);
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Follows what the quota counts, so that what goes is given back at once.</summary>
    private async ValueTask FollowAsync(ResourceQuota quota, CancellationToken cancellationToken)
    {
        foreach (var name in quota.Spec.Hard.Keys.Select(QuotaNames.ResourceOf).OfType<string>().Distinct())
        {
            if (await Catalog.FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } resource)
                continue;
            lock (_gate)
            {
                if (_followed.Add(resource))
                    _ = On(context.Informers.Of(resource), (old, current) => ObjectChanged(resource, old, current));
            }
        }
    }

    private void ObjectChanged(ResourceType resource, KubeObject? old, KubeObject? current)
    {
        if (old is null || (current is not null && !MayUseLess(resource, old, current)))
            return;
        foreach (var quota in _quotas.ListIn(old.Header.Namespace))
        {
            if (quota.Spec.Hard.Keys.Any(n => QuotaNames.ResourceOf(n) == resource.GroupResource))
                Queue.Add($"{quota.Metadata.Namespace}/{quota.Metadata.Name}");
        }
    }

    private static bool MayUseLess(ResourceType resource, KubeObject old, KubeObject current)
    {
        switch (resource.GroupResource)
        {
            case "pods":
                var (before, after) = (old.As<Pod>(), current.As<Pod>());
                return IsOver(before) != IsOver(after) || before.Metadata.Generation != after.Metadata.Generation;
            case "services":
                return !JsonText.Same(old.As<Service>().Spec, current.As<Service>().Spec);
            case "persistentvolumeclaims":
                return !JsonText.Same(old.As<PersistentVolumeClaim>().Spec, current.As<PersistentVolumeClaim>().Spec)
                    || !JsonText.Same(old.As<PersistentVolumeClaim>().Status, current.As<PersistentVolumeClaim>().Status);
            default:
                return false;
        }
    }

    private static bool IsOver(Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    private static bool Same(ResourceQuotaStatus left, ResourceQuotaStatus right) => Same(left.Hard, right.Hard) && Same(left.Used, right.Used);

    private static bool Same(IReadOnlyDictionary<string, Quantity> left, IReadOnlyDictionary<string, Quantity> right) =>
        left.Count == right.Count && left.All(l => right.TryGetValue(l.Key, out var other) && other.ToString() == l.Value.ToString());

    /// <param name="First">When the writes by others began that were not counted after; a timestamp, 0 for none.</param>
    /// <param name="Last">When the last of them was seen.</param>
    /// <param name="Own">The resourceVersion of this controller's own last write.</param>
    private sealed record Activity(long First, long Last, string? Own);
}
