namespace LiteKube.Client;

public sealed record WorkQueueOptions
{
    /// <summary>The pause after a key's first failure.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);
}
