using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Streams;

/// <summary>Commands in running containers.</summary>
internal sealed class Execs(NativeMachine machine)
{
    private const int OutputLimit = 16 * 1024;
    private const int BufferSize = 4096;
    private const int KilledExitCode = 137;

    public async Task<ExecStreams> OpenAsync(NativeContainer container, ExecOptions options) => new(await StartAsync(container, options).ConfigureAwait(false));

    public async Task<ExecResult> RunAsync(NativeContainer container, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var process = await StartAsync(container, new ExecOptions(command, Stdin: false, Stdout: true, Stderr: true, Tty: false)).ConfigureAwait(false);
        using var timer = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, machine.Time) : new CancellationTokenSource();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        try
        {
            await Task.WhenAll(CollectAsync(process, process.Stdout!, stdout, limit.Token), CollectAsync(process, process.Stderr!, stderr, limit.Token)).ConfigureAwait(false);
            var code = await process.GetExitCodeAsync(limit.Token).ConfigureAwait(false);
            return new ExecResult(code, stdout.ToArray(), stderr.ToArray(), TimedOut: false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            return new ExecResult(KilledExitCode, stdout.ToArray(), stderr.ToArray(), TimedOut: true);
        }
    }

    private async Task<ExecProcess> StartAsync(NativeContainer container, ExecOptions options)
    {
        if (container.Record.Phase != ContainerPhase.Running)
            throw new RuntimeException(RuntimeError.Failed, $"container {container.Record.Id} is not running");
        if (options.Command.Count == 0)
            throw new RuntimeException(RuntimeError.Failed, "no command specified");
        return await ExecProcess.StartAsync(machine.Engine, container, options, Path.Combine(machine.Layout.Execs, Guid.NewGuid().ToString("N")), machine.Readiness).ConfigureAwait(false);
    }

    /// <summary>Reads until the command has ended, also what is too much, so that it does not wait for a reader.</summary>
    private static async Task CollectAsync(ExecProcess process, PipeStream source, MemoryStream into, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (await process.ReadAsync(source, buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            into.Write(buffer.AsSpan(0, Math.Min(read, OutputLimit - (int)into.Length)));
    }
}
