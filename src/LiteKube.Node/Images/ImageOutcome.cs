using LiteKube.Node.Runtime;

namespace LiteKube.Node.Images;

/// <summary>How far a container's image is: on its way, here, or not to be had for now.</summary>
internal abstract record ImageOutcome
{
    public sealed record Pending : ImageOutcome;

    public sealed record Ready(ImageStatus Image) : ImageOutcome;

    /// <param name="Reason">ErrImagePull, ImagePullBackOff, ErrImageNeverPull, InvalidImageName.</param>
    /// <param name="RetryAt">When to ask again.</param>
    public sealed record Failed(string Reason, string Message, DateTimeOffset RetryAt) : ImageOutcome;
}
