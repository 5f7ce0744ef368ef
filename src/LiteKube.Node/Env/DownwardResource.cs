using System.Globalization;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;
using LiteKube.Node.Resources;

namespace LiteKube.Node.Env;

/// <summary>A container's requests and limits for env and downward-API volumes; a limit that is not set is what the node can allocate.</summary>
internal static class DownwardResource
{
    private static readonly Quantity s_one = Quantity.FromValue(1);

    /// <param name="container">The container that asks; used where the selector names none.</param>
    /// <exception cref="ContainerConfigException">No such container or resource.</exception>
    public static string Read(Pod pod, Container? container, ResourceFieldSelector selector, IReadOnlyDictionary<string, Quantity> allocatable)
    {
        if (!string.IsNullOrEmpty(selector.ContainerName))
            container = pod.FindContainer(selector.ContainerName) ?? throw new ContainerConfigException($"container {selector.ContainerName} not found");
        if (container is null)
            throw new ContainerConfigException("no container named for a resource field");

        var dot = selector.ResourceValue.IndexOf('.');
        if (dot < 0)
            throw Unsupported(selector);
        var resource = selector.ResourceValue[(dot + 1)..];
        if (resource is not ("cpu" or "memory" or "ephemeral-storage") && !resource.StartsWith("hugepages-", StringComparison.Ordinal))
            throw Unsupported(selector);
        var amount = selector.ResourceValue[..dot] switch
        {
            "limits" => Limit(container, resource, allocatable),
            "requests" => container.Resources?.Requests.Of(resource) ?? Quantity.Zero,
            _ => throw Unsupported(selector),
        };
        var divisor = selector.Divisor is { IsZero: false } given ? given : s_one;
        return (resource == "cpu" ? Divide(amount.MilliValue, divisor.MilliValue) : Divide(amount.Value, divisor.Value)).ToString(CultureInfo.InvariantCulture);
    }

    private static Quantity Limit(Container container, string resource, IReadOnlyDictionary<string, Quantity> allocatable)
    {
        var limit = container.Resources?.Limits.Of(resource) ?? Quantity.Zero;
        return limit.IsZero ? allocatable.Of(resource) : limit;
    }

    private static long Divide(long amount, long divisor) => divisor <= 0 ? amount : (amount + divisor - 1) / divisor;

    private static ContainerConfigException Unsupported(ResourceFieldSelector selector) => new($"unsupported container resource : {selector.ResourceValue}");
}
