using System.Collections.Concurrent;
using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Api.Schema;
using LiteKube.Client;

namespace LiteKube.Controllers.ResourceQuotas;

/// <summary>The resources that quotas name, built-in or custom, as something that can be listed.</summary>
internal sealed class QuotaCatalog(KubeClient client)
{
    private readonly ConcurrentDictionary<string, ResourceType> _builtIn = new(
        ApiSchema.Current.Kinds.Where(k => k.Resource.Namespaced && k.Verbs.Contains("list")).GroupBy(k => k.Resource.GroupResource).Select(g => KeyValuePair.Create(g.Key, g.First().Resource)));

    /// <summary>Null where there is no namespaced resource of that name now.</summary>
    public async ValueTask<ResourceType?> FindAsync(string groupResource, CancellationToken cancellationToken)
    {
        if (_builtIn.TryGetValue(groupResource, out var known))
            return known;
        var definition = groupResource.Contains('.', StringComparison.Ordinal) ? await client.FindAsync<CustomResourceDefinition>(null, groupResource, cancellationToken).ConfigureAwait(false) : null;
        return definition is { Spec.Scope: "Namespaced" } && definition.Spec.Versions.FirstOrDefault(v => v.Served) is { } version
            ? new ResourceType(definition.Spec.Group, version.Name, definition.Spec.Names.Plural, definition.Spec.Names.Kind, Namespaced: true)
            : null;
    }
}
