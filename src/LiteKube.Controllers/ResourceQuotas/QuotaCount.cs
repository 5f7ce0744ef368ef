using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Quotas;
using LiteKube.Client;

namespace LiteKube.Controllers.ResourceQuotas;

/// <summary>Counts what is there: the use of one quota by the objects of its namespace.</summary>
internal sealed class QuotaCount(IApiTransport transport, QuotaCatalog catalog, TimeProvider time)
{
    /// <summary>What is used, by each name that something here counts; names that nothing counts are absent.</summary>
    public async ValueTask<Dictionary<string, Quantity>> OfAsync(ResourceQuota quota, CancellationToken cancellationToken)
    {
        var used = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var names in quota.Spec.Hard.Keys.GroupBy(QuotaNames.ResourceOf))
        {
            if (names.Key is not null && await catalog.FindAsync(names.Key, cancellationToken).ConfigureAwait(false) is { } resource)
                await CountAsync(quota, resource, [.. names], used, cancellationToken).ConfigureAwait(false);
        }

        return used;
    }

    private async ValueTask CountAsync(ResourceQuota quota, ResourceType resource, string[] names, Dictionary<string, Quantity> used, CancellationToken cancellationToken)
    {
        foreach (var name in names)
            used[name] = Quantity.Zero;
        var plain = quota.Spec.Scopes.Count == 0 && quota.Spec.ScopeSelector is null && names is [var only] && only == QuotaNames.CountOf(resource);
        var options = new ListOptions();
        do
        {
            var page = await transport.ListAsync(resource, quota.Metadata.Namespace, options, cancellationToken).ConfigureAwait(false);
            if (plain)
                used[names[0]] += Quantity.FromValue(page.Items.Count);
            else
                Add(quota, resource, names, page.Items, used);
            options = options with { Continue = page.Continue };
        }
        while (!string.IsNullOrEmpty(options.Continue));
    }

    private void Add(ResourceQuota quota, ResourceType resource, string[] names, IReadOnlyList<KubeObject> items, Dictionary<string, Quantity> used)
    {
        var now = time.GetUtcNow();
        foreach (var item in items)
        {
            var tree = item.ToTree();
            if (!QuotaScope.Matches(quota.Spec, resource, tree))
                continue;
            var usage = QuotaUsage.Of(resource, tree, now);
            foreach (var name in names)
            {
                if (usage.TryGetValue(name, out var amount))
                    used[name] += amount;
            }
        }
    }
}
