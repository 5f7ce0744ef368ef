namespace LiteKube.Network.Cni;

/// <summary>A port of the node that leads to a port of a pod.</summary>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="HostIP">Null or <c>0.0.0.0</c>: every address of the node.</param>
public sealed record PodHostPort(string Protocol, int Port, int ContainerPort, string? HostIP);
