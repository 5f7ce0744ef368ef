using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>
/// Starts conmon, one for each container: it makes the container through the engine, is its parent, writes its log, serves who attaches, and at its
/// end leaves the exit code in a file and goes. It outlives LiteKube.
/// </summary>
internal sealed class MonitorLauncher(string program, EngineClient engine, RuntimeLayout layout, Readiness readiness)
{
    private const int SyncDescriptor = 3;
    private const int StartDescriptor = 4;

    /// <summary>Starts the monitor, which waits until it is released.</summary>
    public LaunchedMonitor Launch(ContainerRecord container)
    {
        var paths = layout.Container(container.Id);
        var (sync, syncEnd) = PipeStream.Create(readiness, weWrite: false);
        var (release, releaseEnd) = PipeStream.Create(readiness, weWrite: true);
        using (syncEnd)
        using (releaseEnd)
        {
            try
            {
                var child = ChildProcess.Start(
                    new ChildStart(program, Arguments(container, paths))
                    {
                        Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", $"_OCI_SYNCPIPE={SyncDescriptor}", $"_OCI_STARTPIPE={StartDescriptor}"],
                        Files = [(0, "/dev/null", Libc.ReadOnly), (1, "/dev/null", Libc.WriteOnly), (2, "/dev/null", Libc.WriteOnly)],
                        Descriptors = [(SyncDescriptor, syncEnd), (StartDescriptor, releaseEnd)],
                        WorkingDirectory = paths.Directory,
                        NewSession = true,
                    },
                    readiness);
                return new LaunchedMonitor(child, sync, release);
            }
            catch (IOException e)
            {
                sync.Dispose();
                release.Dispose();
                throw new RuntimeException(RuntimeError.StartContainer, e.Message, e);
            }
        }
    }

    private List<string> Arguments(ContainerRecord container, ContainerPaths paths)
    {
        List<string> arguments =
        [
            "--api-version", "1", "--sync", "--cid", container.Id, "--cuuid", container.Id, "--name", container.Name,
            "--bundle", paths.Directory, "--container-pidfile", paths.Pid, "--exit-dir", layout.Exits, "--full-attach",
            "--log-level", "error", "--log-path", "k8s-file:" + paths.Log, "--no-sync-log", "--runtime", engine.Program.Program,
        ];
        foreach (var argument in engine.GlobalArguments)
            arguments.Add("--runtime-arg=" + argument);
        if (container.Tty)
            arguments.Add("--terminal");
        if (container.Stdin)
            arguments.Add("--stdin");
        if (container.Stdin && !container.StdinOnce)
            arguments.Add("--leave-stdin-open");
        return arguments;
    }
}

/// <summary>A monitor that was started, and what it says of its container.</summary>
internal sealed class LaunchedMonitor(ChildProcess process, PipeStream sync, PipeStream release) : IDisposable
{
    private const int LongestMessage = 64 * 1024;

    public int Pid => process.Pid;

    public Task<int> Exited => process.Exited;

    /// <summary>Whether it may have made the container.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>For one that was not released: without this it would go on once its pipe is closed.</summary>
    public void Kill() => _ = Libc.Kill(process.Pid, Spec.Signals.Kill);

    /// <summary>Lets it make the container.</summary>
    /// <returns>The container's process, made and not yet started.</returns>
    /// <exception cref="RuntimeException">StartContainer, in the engine's words.</exception>
    public async Task<int> ReleaseAsync(CancellationToken cancellationToken)
    {
        IsReleased = true;
        await release.WriteAsync("."u8.ToArray(), cancellationToken).ConfigureAwait(false);
        release.Dispose();
        var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line.Length == 0)
            throw new RuntimeException(RuntimeError.StartContainer, $"the monitor ended with code {await process.Exited.WaitAsync(cancellationToken).ConfigureAwait(false)} without a word");
        return Parse(line);
    }

    public void Dispose()
    {
        release.Dispose();
        sync.Dispose();
    }

    internal static int Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var message = JsonDocument.Parse(line);
            var pid = message.RootElement.TryGetProperty("data", out var data) || message.RootElement.TryGetProperty("pid", out data) ? data.GetInt32() : -1;
            if (pid > 0)
                return pid;
            throw new RuntimeException(RuntimeError.StartContainer, message.RootElement.TryGetProperty("message", out var text) ? EngineClient.Clean(text.GetString() ?? "") : "the engine did not say why");
        }
        catch (JsonException e)
        {
            throw new RuntimeException(RuntimeError.StartContainer, "the monitor's word is not understood", e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestMessage];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await sync.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                break;
            length += read;
            if (buffer.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end)
                return buffer.AsMemory(0, end);
        }

        return buffer.AsMemory(0, length);
    }
}
