namespace LiteKube.Runtimes.Docker.Client.Models;

internal sealed record CreateExecRequest(bool AttachStdin, bool AttachStdout, bool AttachStderr, bool Tty, IReadOnlyList<string> Cmd);

internal sealed record StartExecRequest(bool Detach, bool Tty);

/// <param name="Pid">In the engine's process namespace, which is the host's; 0 before the start.</param>
internal sealed record ExecInspect(bool Running, int? ExitCode, int Pid, string ContainerID);
