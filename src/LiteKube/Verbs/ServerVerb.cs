using System.CommandLine;
using LiteKube.Flags;
using LiteKube.Hosting;

namespace LiteKube.Verbs;

internal static class ServerVerb
{
    public static Command Create()
    {
        var command = new Command("server", "Turn this machine into a cluster: serve the Kubernetes API, run the controllers and, unless --disable-agent, pods.");
        foreach (var flag in ServerFlags.All)
            command.Options.Add(flag.Option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = ServerSettings.Read(FlagValues.Read(parsed, ServerFlags.All));
            await Preflight.CheckAsync(settings.Node, settings.DisableAgent ? [settings.HttpsListenPort] : [settings.HttpsListenPort, Preflight.NodePort], !settings.DisableAgent, cancellationToken);
            return await ModuleHost.RunAsync(settings.Node.LogLevel, services => Modules.AddServer(services, settings), cancellationToken);
        });
        return command;
    }
}
