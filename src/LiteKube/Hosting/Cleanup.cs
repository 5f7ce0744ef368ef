using LiteKube.Flags;
using LiteKube.Network;
using LiteKube.Node;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker;
using LiteKube.Runtimes.Native;
using LiteKube.Verbs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.Hosting;

/// <summary>Undoes on this machine what LiteKube did to it: containers first, then what they used. The data directory stays but for pods' volumes.</summary>
internal static class Cleanup
{
    public static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellationToken)
    {
        var settings = NodeSettings.Read(flags);
        RefuseWhileRunning();
        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogging(b => ModuleHost.ConfigureLogging(b, settings.LogLevel))
            .AddDockerRuntime(new DockerRuntimeOptions { Host = settings.DockerHost })
            .BuildServiceProvider();
        Console.WriteLine($"containers removed: {await RemoveNativeAsync(settings, services, cancellationToken) + await RemoveFromDockerAsync(settings, services, cancellationToken)}");
        RuntimeChoice.Forget(settings);
        Console.WriteLine($"pods' volumes removed: {NodeCleanup.Run(ModuleOptions.Node(settings))}");
        await new NetworkCleanup(ModuleOptions.Network(settings), services.GetRequiredService<ILogger<NetworkCleanup>>()).RunAsync(cancellationToken);
        Console.WriteLine("interfaces and firewall rules removed");
        Console.WriteLine($"kept: {settings.DataDir}");
        return 0;
    }

    private static async Task<int> RemoveNativeAsync(NodeSettings settings, ServiceProvider services, CancellationToken cancellationToken)
    {
        var options = ModuleOptions.NativeRuntime(settings);
        if (!Directory.Exists(options.RootDirectory) && !Directory.Exists(options.RunDirectory))
            return 0;
        await using var native = new NativeRuntime(options, TimeProvider.System, services.GetRequiredService<ILoggerFactory>());
        return await native.RemoveEverythingAsync(cancellationToken);
    }

    /// <summary>Also where the native runtime runs now: the machine may have run Docker before.</summary>
    private static async Task<int> RemoveFromDockerAsync(NodeSettings settings, ServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            return await ((DockerRuntime)services.GetRequiredService<IContainerRuntime>()).RemoveEverythingAsync(cancellationToken);
        }
        catch (RuntimeException error) when (error.Error == RuntimeError.Unavailable)
        {
            return RuntimeChoice.Of(settings).Kind == RuntimeKind.Native ? 0
                : throw new UserErrorException($"{error.Message} Without the engine its containers cannot be removed, and nothing else was touched.");
        }
    }

    private static void RefuseWhileRunning()
    {
        // Processes of other pid namespaces are other machines' business; those of this one all show here.
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || pid == Environment.ProcessId)
                continue;
            var command = CommandLine(directory);
            if (command.Length > 1 && Path.GetFileName(command[0]) == "litekube" && command[1] is "server" or "agent" && NetworkNamespaceOf(directory) == NetworkNamespaceOf("/proc/self"))
                throw new UserErrorException($"litekube {command[1]} is running (process {pid}) and would make again what is removed: stop it first (systemctl stop litekube-{command[1]}, or kill {pid})");
        }
    }

    private static string[] CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return [];
        }
    }

    private static string? NetworkNamespaceOf(string process) => new FileInfo(Path.Combine(process, "ns", "net")).LinkTarget;
}
