using System.Diagnostics;
using LiteKube.Runtimes.Native;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Hosting;

/// <summary>
/// The first module, so the last to stop: where LiteKube stops because the machine does, pods end with it; else they go on. Docker ends its own.
/// </summary>
internal sealed partial class MachineShutdown(NodeSettings settings, TimeProvider time, ILogger<MachineShutdown> logger) : IHostedService
{
    private const string SystemdRuns = "/run/systemd/system";

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!await IsGoingDownAsync(cancellationToken))
            return;
        var ended = await PodProcesses.EndAsync(ModuleOptions.NativeRuntime(settings), s_grace, time, cancellationToken);
        LogEnded(ended);
    }

    private static async Task<bool> IsGoingDownAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(SystemdRuns) || !InstalledProgram.Exists("systemctl"))
            return false;
        using var asked = Process.Start(new ProcessStartInfo("systemctl", "is-system-running") { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var state = await asked.StandardOutput.ReadToEndAsync(cancellationToken);
        return state.Trim() == "stopping";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the machine goes down: {Processes} processes of pods ended")]
    private partial void LogEnded(int processes);
}
