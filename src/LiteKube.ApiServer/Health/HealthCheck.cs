namespace LiteKube.ApiServer.Health;

/// <summary>One thing that must be well.</summary>
/// <param name="RunAsync">What is wrong, or null.</param>
internal sealed record HealthCheck(string Name, Func<CancellationToken, ValueTask<string?>> RunAsync);
