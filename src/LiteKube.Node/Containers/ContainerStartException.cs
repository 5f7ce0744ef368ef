namespace LiteKube.Node.Containers;

/// <param name="reason">The container's waiting reason: CreateContainerConfigError, CreateContainerError, RunContainerError, PostStartHookError.</param>
internal sealed class ContainerStartException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
