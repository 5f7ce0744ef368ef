using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Docker;

/// <summary>Kubernetes' seccomp profiles as the engine's option: it wants a profile's text, not its path.</summary>
internal static class SeccompProfile
{
    public static async ValueTask<string?> ReadAsync(string? profile, CancellationToken cancellationToken)
    {
        if (profile is null or "" or "RuntimeDefault")
            return null;
        if (profile == "Unconfined")
            return "unconfined";
        try
        {
            return await File.ReadAllTextAsync(profile, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(RuntimeError.CreateContainer, $"cannot read the seccomp profile {profile}: {e.Message}", e);
        }
    }
}
