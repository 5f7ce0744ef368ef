namespace LiteKube.Node.Volumes;

/// <summary>A volume cannot be set up (yet); the message is for the FailedMount event.</summary>
internal sealed class VolumeException(string message, Exception? inner = null) : Exception(message, inner);
