namespace LiteKube.Node.Env;

/// <summary>What a pod asks for cannot be made into a container now: its message becomes the container's waiting message (CreateContainerConfigError).</summary>
internal sealed class ContainerConfigException(string message, Exception? inner = null) : Exception(message, inner);
