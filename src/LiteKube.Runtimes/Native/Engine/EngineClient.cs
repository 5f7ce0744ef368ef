using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>The engine's command line.</summary>
internal sealed partial class EngineClient(EngineProgram program, string stateDirectory, Readiness readiness) : IDisposable
{
    private const int OutputLimit = 64 * 1024;

    // What prepares the engine's surroundings starts it by its path.
    private readonly SealedProgram? _sealed = program.LeadingArguments.Count == 0 ? new SealedProgram(program.Program) : null;

    public EngineProgram Program => program;

    /// <summary>
    /// Whether exec gives the terminal of a command away while it waits for the command. runc does so only where it does not wait, and is a faithful
    /// go-between; crun is none: it loses what a command wrote that ended at once.
    /// </summary>
    public bool HandsOverTerminals => program.Name == "crun";

    /// <summary>What precedes every command.</summary>
    public IReadOnlyList<string> GlobalArguments { get; } = [.. program.LeadingArguments, "--root", stateDirectory];

    public async Task<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        var (code, output, error) = await RunAsync(["--version"], cancellationToken).ConfigureAwait(false);
        var first = output.Split('\n')[0];
        return code == 0 ? first[(first.LastIndexOf(' ') + 1)..] : throw new RuntimeException(RuntimeError.Unavailable, $"{program.Name} --version: {error}");
    }

    /// <summary>Starts a call of the engine: the command and its arguments, after the global ones.</summary>
    /// <param name="surroundings">Puts in what else the child is given.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public ChildProcess Start(IReadOnlyList<string> arguments, Func<ChildStart, ChildStart> surroundings)
    {
        var start = surroundings(new ChildStart(program.Program, [.. GlobalArguments, .. arguments]));
        return _sealed is null ? ChildProcess.Start(start, readiness) : _sealed.Start(start, readiness);
    }

    public Task StartAsync(string id, CancellationToken cancellationToken) =>
        TryRelease(id) ? Task.CompletedTask : CheckAsync(["start", id], RuntimeError.StartContainer, cancellationToken);

    /// <summary>Makes and starts a container that nobody watches.</summary>
    public Task RunDetachedAsync(string id, string bundle, string pidFile, CancellationToken cancellationToken) =>
        CheckAsync(["run", "--detach", "--bundle", bundle, "--pid-file", pidFile, id], RuntimeError.Failed, cancellationToken);

    public async Task UpdateAsync(string id, ContainerResources resources, string file, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(file, ResourceWriter.WriteUpdate(resources), cancellationToken).ConfigureAwait(false);
        try
        {
            await CheckAsync(["update", "--resources", file, id], RuntimeError.Failed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>created, running, stopped …; null where the engine knows no such container.</summary>
    public async Task<string?> GetStateAsync(string id, CancellationToken cancellationToken)
    {
        var (code, output, _) = await RunAsync(["state", id], cancellationToken).ConfigureAwait(false);
        if (code != 0)
            return null;
        try
        {
            using var state = JsonDocument.Parse(output);
            return state.RootElement.TryGetProperty("status", out var status) ? status.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _sealed?.Dispose();

    /// <summary>An engine's complaint without the colours, times and levels that it may put around it, each line once.</summary>
    public static string Clean(string error)
    {
        var lines = Colours().Replace(error, "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(CleanLine).Where(l => l.Length > 0);
        return string.Join("; ", lines.Distinct(StringComparer.Ordinal));
    }

    /// <summary>
    /// What crun's start comes to: a made container waits for a byte from a pipe in its state directory, which is gone when that was written. Writing it
    /// here spares a process a container. Where the pipe is not as expected, the engine is called and says what is wrong.
    /// </summary>
    private bool TryRelease(string id)
    {
        var path = Path.Combine(stateDirectory, id, "exec.fifo");
        if (program.Name != "crun")
            return false;
        using var pipe = new SafeFileHandle(Libc.Open(path, Libc.WriteOnly | Libc.NonBlocking | Libc.CloseOnExec), ownsHandle: true);
        if (pipe.IsInvalid)
            return false;
        File.Delete(path);
        return Libc.Write(pipe, [0], 1) == 1;
    }

    private static string CleanLine(string line)
    {
        if (line.Length > 20 && char.IsAsciiDigit(line[0]) && line.IndexOf("Z: ", StringComparison.Ordinal) is > 0 and < 40 and var time)
            line = line[(time + 3)..];
        return line.IndexOf("msg=\"", StringComparison.Ordinal) is >= 0 and var message
            ? line[(message + 5)..].TrimEnd('"').Replace("\\\"", "\"", StringComparison.Ordinal) : line;
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();

    private async Task CheckAsync(IReadOnlyList<string> arguments, RuntimeError error, CancellationToken cancellationToken)
    {
        var (code, _, message) = await RunAsync(arguments, cancellationToken).ConfigureAwait(false);
        if (code != 0)
            throw new RuntimeException(error, message.Length > 0 ? Clean(message) : $"{program.Name} {arguments[0]} ended with code {code}");
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (output, outputEnd) = PipeStream.Create(readiness, weWrite: false);
        var (error, errorEnd) = PipeStream.Create(readiness, weWrite: false);
        await using (output.ConfigureAwait(false))
        await using (error.ConfigureAwait(false))
        {
            ChildProcess child;
            using (outputEnd)
            using (errorEnd)
            {
                child = StartOrFail(arguments, outputEnd, errorEnd);
            }

            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            return (code, Drain(output), Drain(error));
        }
    }

    private ChildProcess StartOrFail(IReadOnlyList<string> arguments, SafeFileHandle output, SafeFileHandle error)
    {
        try
        {
            return Start(arguments, start => start with { Files = [(0, "/dev/null", Libc.ReadOnly)], Descriptors = [(1, output), (2, error)] });
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeError.Unavailable, e.Message, e);
        }
    }

    /// <summary>What was said by the time of the end. A container that it left behind may hold the pipe open.</summary>
    private static string Drain(PipeStream stream)
    {
        var text = new MemoryStream();
        Span<byte> buffer = stackalloc byte[4096];
        int read;
        while (text.Length < OutputLimit && (read = stream.TryRead(buffer)) > 0)
            text.Write(buffer[..read]);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
