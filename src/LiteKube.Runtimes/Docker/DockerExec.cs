using System.Runtime.InteropServices;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

/// <summary>Commands in running containers.</summary>
internal sealed partial class DockerExec(DockerClient client, TimeProvider time)
{
    private const int OutputLimit = 16 * 1024;
    private const int Sigkill = 9;

    private static readonly TimeSpan FirstExitPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestExitPoll = TimeSpan.FromMilliseconds(100);

    public async Task<IContainerStreams> OpenAsync(string containerId, ExecOptions options, CancellationToken cancellationToken)
    {
        var id = await client.Exec.CreateAsync(containerId, new CreateExecRequest(options.Stdin, options.Stdout, options.Stderr, options.Tty, options.Command), cancellationToken).ConfigureAwait(false);
        var connection = await client.Exec.StartAsync(id, options.Tty, cancellationToken).ConfigureAwait(false);
        return new DockerStreams(connection, options.Stdin, options.Tty, (width, height, token) => client.Exec.ResizeAsync(id, width, height, token), token => WaitAsync(id, token));
    }

    public async Task<ExecResult> RunAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var id = await client.Exec.CreateAsync(containerId, new CreateExecRequest(false, true, true, false, command), cancellationToken).ConfigureAwait(false);
        using var timer = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, time) : new CancellationTokenSource();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        try
        {
            await using var connection = await client.Exec.StartAsync(id, false, limit.Token).ConfigureAwait(false);
            await foreach (var (stream, data) in OutputFrames.ReadAsync(connection, raw: false, limit.Token).ConfigureAwait(false))
            {
                var output = stream == OutputStream.Stderr ? stderr : stdout;
                output.Write(data.Span[..Math.Min(data.Length, OutputLimit - (int)output.Length)]);
            }

            var exitCode = await WaitAsync(id, limit.Token).ConfigureAwait(false);
            return new ExecResult(exitCode, stdout.ToArray(), stderr.ToArray(), TimedOut: false);
        }
        catch (OperationCanceledException)
        {
            await KillAsync(id).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return new ExecResult(128 + Sigkill, stdout.ToArray(), stderr.ToArray(), TimedOut: true);
        }
    }

    /// <summary>The engine notes the code a moment after the output has ended, or much later where the command closed its output itself.</summary>
    private async Task<int> WaitAsync(string id, CancellationToken cancellationToken)
    {
        for (var delay = FirstExitPoll; ; delay = delay * 2 < LongestExitPoll ? delay * 2 : LongestExitPoll)
        {
            var exec = await client.Exec.InspectAsync(id, cancellationToken).ConfigureAwait(false);
            if (!exec.Running && exec.ExitCode is { } code)
                return code;
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The engine cannot end a command in a container; its process is known, so it is done here, if that number is still this container's.</summary>
    private async Task KillAsync(string id)
    {
        try
        {
            var exec = await client.Exec.InspectAsync(id, CancellationToken.None).ConfigureAwait(false);
            if (exec.Running && exec.Pid > 1
                && (await File.ReadAllTextAsync($"/proc/{exec.Pid}/cgroup").ConfigureAwait(false)).Contains(exec.ContainerID, StringComparison.Ordinal))
                _ = Kill(exec.Pid, Sigkill);
        }
        catch (Exception e) when (e is IOException or DockerApiException or RuntimeException)
        {
            // No such process any more, or no engine: the command's time is up in any case.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
