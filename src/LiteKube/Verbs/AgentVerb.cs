using System.CommandLine;
using LiteKube.Flags;
using LiteKube.Hosting;

namespace LiteKube.Verbs;

internal static class AgentVerb
{
    public static Command Create()
    {
        var command = new Command("agent", "Add this machine to a cluster as a node: litekube agent --server https://SERVER:6443 --join TOKEN.");
        foreach (var flag in AgentFlags.All)
            command.Options.Add(flag.Option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = AgentSettings.Read(FlagValues.Read(parsed, AgentFlags.All));
            await Preflight.CheckAsync(settings.Node, [Preflight.NodePort], needsContainers: true, cancellationToken);
            using var membership = await AgentMembership.EnterAsync(settings, cancellationToken);
            return await ModuleHost.RunAsync(settings.Node.LogLevel, services => Modules.AddAgent(services, settings, membership), cancellationToken);
        });
        return command;
    }
}
