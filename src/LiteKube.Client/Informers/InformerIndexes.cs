using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;

namespace LiteKube.Client;

/// <summary>The indexes that more than one module uses.</summary>
public static class InformerIndexes
{
    /// <summary>Pods by the node they are bound to; unbound ones under the empty string.</summary>
    public static InformerIndex<Pod> ByNode(this Informer<Pod> pods) => pods.Index("node", static p => [p.Spec.NodeName ?? ""]);

    /// <summary>Objects by the uid of the owner that manages them; orphans under the empty string.</summary>
    public static InformerIndex<T> ByController<T>(this Informer<T> informer) where T : class, IKubeObject<T> =>
        informer.Index("controller", static o => [o.Metadata.ControllerOf()?.Uid ?? ""]);

    /// <summary>Slices by the <c>namespace/name</c> of their Service.</summary>
    public static InformerIndex<EndpointSlice> ByService(this Informer<EndpointSlice> slices) =>
        slices.Index("service", static s => s.Metadata.Labels.TryGetValue("kubernetes.io/service-name", out var name) ? [$"{s.Metadata.Namespace}/{name}"] : []);
}
