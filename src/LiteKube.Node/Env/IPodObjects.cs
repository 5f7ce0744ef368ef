using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Env;

/// <summary>
/// The objects that pods refer to. A read gives the newest version seen, waiting only for the first one; objects are followed while a pod on this
/// node refers to them, and the pods are told when one changes.
/// </summary>
internal interface IPodObjects
{
    /// <summary>Null where there is none.</summary>
    ValueTask<ConfigMap?> GetConfigMapAsync(string ns, string name, CancellationToken cancellationToken);

    ValueTask<Secret?> GetSecretAsync(string ns, string name, CancellationToken cancellationToken);

    /// <summary>The Services of a namespace, with the API server's own.</summary>
    ValueTask<IReadOnlyList<Service>> GetServicesAsync(string ns, CancellationToken cancellationToken);
}
