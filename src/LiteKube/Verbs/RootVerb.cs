using System.CommandLine;

namespace LiteKube.Verbs;

/// <summary><c>litekube</c>: a file per verb in this folder.</summary>
internal static class RootVerb
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("LiteKube: a whole Kubernetes cluster in one executable. `litekube server` turns this machine into a cluster; `litekube agent` adds it to one.")
        {
            ServerVerb.Create(),
            AgentVerb.Create(),
            CheckVerb.Create(),
            ImagesVerb.Create(),
            SecretsVerb.Create(),
            CleanupVerb.Create(),
            VersionVerb.Create(),
        };
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UserErrorException error)
        {
            await Console.Error.WriteLineAsync("litekube: " + error.Message);
            return 1;
        }
    }
}
