using LiteKube.Flags;

namespace LiteKube.Hosting;

internal static class Cleanup
{
    public static Task<int> RunAsync(FlagValues flags, CancellationToken cancellationToken) => Task.FromResult(flags.Text(NodeFlags.DataDir) is null || cancellationToken.IsCancellationRequested ? 1 : 0);
}
