using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins.Quotas;

/// <summary>
/// Counts claims against the quotas of their namespace. Claims that come while others of the namespace are being counted wait and are then counted
/// together, so that any number of them costs each quota one write; the write is a compare-and-swap, so that nobody, in this process or another,
/// spends the same amount twice. A claim whose object then is not stored stays counted until the quota controller counts anew.
/// </summary>
internal sealed class QuotaLedger(IObjectReader objects, IQuotaStatusWriter writer)
{
    private const int Attempts = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<QuotaClaim>> _waiting = new(StringComparer.Ordinal);
    private volatile Snapshot? _none;

    public async ValueTask ChargeAsync(QuotaClaim claim, CancellationToken cancellationToken)
    {
        var ns = claim.Request.Namespace;
        var first = false;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(ns, out var waiting))
            {
                _waiting[ns] = waiting = [];
                first = true;
            }

            waiting.Add(claim);
        }

        if (first)
            _ = Task.Run(() => CountAsync(ns), CancellationToken.None);
        await claim.Decided.WaitAsync(cancellationToken);
    }

    /// <summary>Whether there is any quota in the cluster; as long as there is none, claims need not even be made.</summary>
    public async ValueTask<bool> HasQuotasAsync(string ns, CancellationToken cancellationToken)
    {
        var version = objects.VersionOf(ResourceQuota.Resource);
        if (_none is { } none && none.Version == version)
            return false;
        if ((await objects.ListAsync(ResourceQuota.Resource, ns, cancellationToken)).Count > 0)
            return true;
        if ((await objects.ListAsync(ResourceQuota.Resource, null, cancellationToken)).Count == 0)
            _none = new Snapshot(version);
        return false;
    }

    private async Task CountAsync(string ns)
    {
        while (true)
        {
            QuotaClaim[] batch;
            lock (_gate)
            {
                batch = [.. _waiting[ns]];
                if (batch.Length == 0)
                {
                    _waiting.Remove(ns);
                    return;
                }

                _waiting[ns].Clear();
            }

            try
            {
                await SettleAsync(ns, batch);
            }
            catch (Exception e)
            {
                // Whatever it was, each of them is told; the loop goes on for those that came since.
                foreach (var claim in batch)
                    claim.Refuse(e as ApiException ?? new ApiException(StatusReason.InternalError, $"Internal error occurred: {e.Message}"));
            }
        }
    }

    private async Task SettleAsync(string ns, QuotaClaim[] batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            QuotaAccount[] accounts = [.. (await objects.ListAsync(ResourceQuota.Resource, ns, CancellationToken.None)).OrderBy(q => q.Header.Name, StringComparer.Ordinal).Select(q => new QuotaAccount(q))];
            var refused = new Dictionary<QuotaClaim, ApiException>();
            foreach (var claim in batch)
            {
                try
                {
                    Count(claim, accounts);
                }
                catch (ApiException e)
                {
                    refused[claim] = e;
                }
            }

            if (await WriteAsync(accounts))
            {
                foreach (var claim in batch)
                {
                    if (refused.TryGetValue(claim, out var why))
                        claim.Refuse(why);
                    else
                        claim.Grant();
                }

                return;
            }

            if (attempt == Attempts)
                throw new ApiException(StatusReason.Conflict, $"Operation cannot be fulfilled on resourcequotas: the quotas of namespace {ns} are changing too fast");
        }
    }

    /// <summary>All quotas or none.</summary>
    private static void Count(QuotaClaim claim, QuotaAccount[] accounts)
    {
        List<(QuotaAccount Account, Dictionary<string, Quantity> Requested)>? charges = null;
        foreach (var account in accounts)
        {
            if (!claim.Counted.Contains(account.Uid) && account.Check(claim) is { } requested)
                (charges ??= []).Add((account, requested));
        }

        if (claim.Request.DryRun || charges is null)
            return;
        foreach (var (account, requested) in charges)
            account.Count(claim, requested);
    }

    private async ValueTask<bool> WriteAsync(QuotaAccount[] accounts)
    {
        var all = true;
        foreach (var account in accounts)
        {
            if (account.Counted.Count == 0)
                continue;
            if (!await writer.TryWriteAsync(account.Stored, account.Next(), CancellationToken.None))
            {
                all = false;
                continue;
            }

            foreach (var claim in account.Counted)
                claim.Counted.Add(account.Uid);
        }

        return all;
    }

    private sealed record Snapshot(long Version);
}
