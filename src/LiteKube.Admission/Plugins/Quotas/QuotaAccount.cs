using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Quotas;

namespace LiteKube.Admission.Plugins.Quotas;

/// <summary>One quota while claims are counted against it.</summary>
internal sealed class QuotaAccount(KubeObject stored)
{
    private readonly ResourceQuota _quota = stored.As<ResourceQuota>();
    private readonly Dictionary<string, Quantity> _used = new(stored.As<ResourceQuota>().Status.Used, StringComparer.Ordinal);
    private readonly List<QuotaClaim> _counted = [];

    public KubeObject Stored { get; } = stored;

    public string Uid => Stored.Header.Uid;

    /// <summary>Who must be written into the status before they may go on.</summary>
    public IReadOnlyList<QuotaClaim> Counted => _counted;

    /// <summary>What the claim would newly use of this quota; null where the quota does not concern it.</summary>
    /// <exception cref="ApiException">Forbidden: the quota does not allow it.</exception>
    public Dictionary<string, Quantity>? Check(QuotaClaim claim)
    {
        var request = claim.Request;
        var hard = _quota.Status.Hard;
        var names = hard.Keys.Where(n => QuotaNames.Counts(request.Resource, n)).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0 || !QuotaScope.Matches(_quota.Spec, request.Resource, request.Object!))
            return null;
        if (request.Resource == Pod.Resource && QuotaUsage.Unspecified(request.Object!, names) is { } unspecified)
            throw Denial.Of(request, $"failed quota: {_quota.Metadata.Name}: {unspecified}");
        var unknown = names.Where(n => !_used.ContainsKey(n)).ToList();
        if (unknown.Count > 0)
            throw Denial.Of(request, $"status unknown for quota: {_quota.Metadata.Name}, resources: {string.Join(',', unknown)}");

        var requested = Requested(claim, names);
        var exceeded = requested.Keys.Where(n => _used[n] + requested[n] > hard[n]).ToList();
        if (exceeded.Count > 0)
        {
            throw Denial.Of(
                request,
                $"exceeded quota: {_quota.Metadata.Name}, requested: {Print(exceeded, requested)}, used: {Print(exceeded, _used)}, limited: {Print(exceeded, hard)}");
        }

        return requested.Count == 0 ? null : requested;
    }

    public void Count(QuotaClaim claim, Dictionary<string, Quantity> requested)
    {
        foreach (var (name, amount) in requested)
            _used[name] += amount;
        _counted.Add(claim);
    }

    public JsonObject Next()
    {
        var tree = Stored.ToTree();
        var used = new JsonObject();
        foreach (var (name, amount) in _used)
            used[name] = amount.ToString();
        tree.Grow("status")["used"] = used;
        return tree;
    }

    private Dictionary<string, Quantity> Requested(QuotaClaim claim, List<string> names)
    {
        // An update that brings an object into the scope of a quota charges all of it.
        var before = claim.UsageBefore is not null && QuotaScope.Matches(_quota.Spec, claim.Request.Resource, claim.Request.OldObject!) ? claim.UsageBefore : null;
        var requested = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var amount = claim.Usage.GetValueOrDefault(name);
            if (before is not null)
                amount -= before.GetValueOrDefault(name);
            if (amount > Quantity.Zero)
                requested[name] = amount;
        }

        return new Dictionary<string, Quantity>(requested, StringComparer.Ordinal);
    }

    private static string Print(List<string> names, IReadOnlyDictionary<string, Quantity> amounts) => string.Join(',', names.Select(n => $"{n}={amounts[n]}"));
}
