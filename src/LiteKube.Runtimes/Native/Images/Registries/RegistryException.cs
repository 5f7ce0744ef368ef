namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>What a registry, or the way to it, refused.</summary>
/// <param name="transient">Another attempt may succeed.</param>
internal sealed class RegistryException(string message, bool transient, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient { get; } = transient;
}
