namespace LiteKube.Api;

/// <summary>Reads the cluster's objects from the server's own cache. What authentication, authorization and admission decide by.</summary>
public interface IObjectReader
{
    /// <summary>The object as last written, or null where there is none. <paramref name="ns"/> is null for cluster-scoped resources.</summary>
    ValueTask<KubeObject?> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken);

    /// <summary>All objects of the resource, or of one namespace, at one revision.</summary>
    ValueTask<IReadOnlyList<KubeObject>> ListAsync(ResourceType resource, string? ns, CancellationToken cancellationToken);

    /// <summary>
    /// A number that is another after every write to or deletion of an object of this resource, from when anybody can read the change; cheap enough to ask on
    /// every request. A <see cref="ListAsync"/> begun after this call holds at least every change that the number stands for. It has no order.
    /// </summary>
    long VersionOf(ResourceType resource);
}
