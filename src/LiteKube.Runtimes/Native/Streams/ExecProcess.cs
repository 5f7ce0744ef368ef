using System.Globalization;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;

namespace LiteKube.Runtimes.Native.Streams;

/// <summary>A command in a container: the engine's exec, our child, which ends with the command and with its code.</summary>
internal sealed class ExecProcess : IDisposable
{
    private static readonly TimeSpan s_startPoll = TimeSpan.FromMilliseconds(5);

    private readonly ChildProcess _child;
    private readonly string _directory;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task<int> _exitCode;

    private ExecProcess(ChildProcess child, string directory)
    {
        _child = child;
        _directory = directory;
        _exitCode = FinishAsync();
    }

    public PipeStream? Stdin { get; private init; }

    public PipeStream? Stdout { get; private init; }

    public PipeStream? Stderr { get; private init; }

    public PseudoTerminal? Terminal { get; private init; }

    private string PidFile => Path.Combine(_directory, "pid");

    private string ErrorFile => Path.Combine(_directory, "log");

    /// <param name="directory">For the time of the command.</param>
    /// <exception cref="RuntimeException">Failed: it cannot be started.</exception>
    public static async Task<ExecProcess> StartAsync(EngineClient engine, NativeContainer container, ExecOptions options, string directory, Readiness readiness)
    {
        Directory.CreateDirectory(directory, RuntimeLayout.Private);
        PseudoTerminal? terminal = null;
        TerminalSocket? socket = null;
        PipeStream? stdin = null, stdout = null, stderr = null;
        ChildProcess? child = null;
        var theirs = new List<(int, Microsoft.Win32.SafeHandles.SafeFileHandle)>();
        try
        {
            var process = Path.Combine(directory, "process.json");
            container.Command ??= CommandProcess.Of(await File.ReadAllBytesAsync(container.Paths.Spec).ConfigureAwait(false));
            await File.WriteAllBytesAsync(process, container.Command.Write(options.Command, options.Tty)).ConfigureAwait(false);
            List<string> arguments = ["--log", Path.Combine(directory, "log"), "exec", "--pid-file", Path.Combine(directory, "pid"), "--process", process];
            var files = new List<(int, string, int)>();
            if (options.Tty && engine.HandsOverTerminals)
            {
                socket = new TerminalSocket(Path.Combine(directory, "tty"));
                arguments.AddRange(["--tty", "--console-socket", socket.Path]);
                files.AddRange([(0, "/dev/null", Libc.ReadWrite), (1, "/dev/null", Libc.ReadWrite), (2, "/dev/null", Libc.ReadWrite)]);
            }
            else if (options.Tty)
            {
                terminal = PseudoTerminal.Open(readiness);
                arguments.Add("--tty");
                files.AddRange([(0, terminal.Path!, Libc.ReadWrite), (1, terminal.Path!, Libc.ReadWrite), (2, terminal.Path!, Libc.ReadWrite)]);
            }
            else
            {
                Pipe(options.Stdin, 0, weWrite: true, ref stdin);
                Pipe(options.Stdout, 1, weWrite: false, ref stdout);
                Pipe(options.Stderr, 2, weWrite: false, ref stderr);
            }

            child = engine.Start([.. arguments, container.Record.Id], start => start with { Files = files, Descriptors = theirs, NewSession = true });
            if (socket is not null && await socket.ReceiveAsync(child.Exited).ConfigureAwait(false) is { } inside)
                terminal = PseudoTerminal.Inside(inside, readiness);
            return new ExecProcess(child, directory) { Stdin = options.Stdin ? stdin ?? terminal?.Input : null, Stdout = stdout ?? terminal?.Output, Stderr = stderr, Terminal = terminal };

            void Pipe(bool wanted, int target, bool weWrite, ref PipeStream? ours)
            {
                if (!wanted)
                {
                    files.Add((target, "/dev/null", Libc.ReadWrite));
                    return;
                }

                (ours, var end) = PipeStream.Create(readiness, weWrite);
                theirs.Add((target, end));
            }
        }
        catch (IOException e)
        {
            // Nobody would hear of it.
            if (child is { Exited.IsCompleted: false })
                _ = Libc.Kill(child.Pid, Signals.Kill);
            terminal?.Dispose();
            stdin?.Dispose();
            stdout?.Dispose();
            stderr?.Dispose();
            Directory.Delete(directory, recursive: true);
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
        finally
        {
            socket?.Dispose();
            foreach (var (_, end) in theirs)
                end.Dispose();
        }
    }

    /// <exception cref="RuntimeException">Failed: the engine could not run the command.</exception>
    public Task<int> GetExitCodeAsync(CancellationToken cancellationToken) => _exitCode.WaitAsync(cancellationToken);

    /// <summary>Some of its output; 0 once that has ended, which it does with the command, even where something it left behind holds the pipe open.</summary>
    public async Task<int> ReadAsync(PipeStream source, byte[] buffer, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            return await source.ReadAsync(buffer, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What it wrote is in the pipe, and what is not there now never comes.
            return Math.Max(0, source.TryRead(buffer));
        }
    }

    /// <summary>Sets the size of the command's terminal: where ours is around it, of both, once the command has its own.</summary>
    public async Task ResizeAsync(int width, int height, CancellationToken cancellationToken)
    {
        if (Terminal is null)
            return;
        Terminal.Resize(width, height);
        if (Terminal.Path is null)
            return;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            while (!File.Exists(PidFile))
                await Task.Delay(s_startPoll, ended.Token).ConfigureAwait(false);
            if (ReadPid() is { } pid)
                PseudoTerminal.ResizeOf(pid, width, height);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The command is over, or has no terminal any more.
        }
    }

    /// <summary>Ends the command, not what it started. Nothing where it has ended.</summary>
    public void Kill()
    {
        try
        {
            using var process = ReadPid() is { } pid ? KnownProcess.Open(ProcessIdentity.Of(pid)) : null;
            process?.Signal(Signals.Kill);
        }
        catch (IOException)
        {
            // It was not started yet, or is over.
        }

        if (!_child.Exited.IsCompleted)
            _ = Libc.Kill(_child.Pid, Signals.Kill);
    }

    public void Dispose()
    {
        Stdin?.Dispose();
        Stdout?.Dispose();
        Stderr?.Dispose();
        Terminal?.Dispose();
    }

    private int? ReadPid() => int.TryParse(File.ReadAllText(PidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;

    private async Task<int> FinishAsync()
    {
        var code = await _child.Exited.ConfigureAwait(false);
        var error = "";
        try
        {
            // Only the engine writes there, and only where it fails itself.
            if (code != 0 && File.Exists(ErrorFile))
                error = EngineClient.Clean(await File.ReadAllTextAsync(ErrorFile).ConfigureAwait(false));
            Directory.Delete(_directory, recursive: true);
        }
        catch (IOException e)
        {
            error = error.Length > 0 || code == 0 ? error : e.Message;
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        return error.Length == 0 ? code : throw new RuntimeException(RuntimeError.Failed, error);
    }
}
