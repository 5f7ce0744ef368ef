using System.CommandLine;
using LiteKube.Flags;
using LiteKube.Hosting;

namespace LiteKube.Verbs;

internal static class CleanupVerb
{
    public static Command Create()
    {
        var command = new Command("cleanup", "Remove every container, mount, interface and firewall rule that LiteKube made on this machine. Its data stays.");
        foreach (var flag in new[] { NodeFlags.Config, NodeFlags.DataDir, NodeFlags.Runtime, NodeFlags.DockerHost, NodeFlags.LogLevel })
            command.Options.Add(flag.Option);
        command.SetAction((parsed, cancellationToken) => Cleanup.RunAsync(FlagValues.Read(parsed, ServerFlags.All), cancellationToken));
        return command;
    }
}
