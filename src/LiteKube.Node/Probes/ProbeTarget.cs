using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Probes;

/// <summary>Where probes and hooks of a container lead.</summary>
/// <param name="Address">The pod's address, or the node's for a pod on the host's network.</param>
internal sealed record ProbeTarget(string Address, Container Container)
{
    /// <exception cref="FormatException">The name is none of the container's ports.</exception>
    public int PortOf(IntOrString port)
    {
        if (port.IsInt)
            return port.Int;
        foreach (var declared in Container.Ports)
            if (declared.Name == port.String)
                return declared.ContainerPortValue;
        return int.TryParse(port.String, out var number) ? number : throw new FormatException($"couldn't find port: {port.String} in container {Container.Name}");
    }
}
