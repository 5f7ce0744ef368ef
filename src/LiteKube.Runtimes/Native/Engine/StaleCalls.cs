using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>
/// Calls of the engine that an earlier process of LiteKube, or a monitor of its, began and that still go on. What is cleaned while one of them runs
/// would be made again.
/// </summary>
internal sealed class StaleCalls(string engineState, Readiness readiness)
{
    /// <summary>Ends those that have this among their arguments: a command of the engine, or what it is about.</summary>
    public async Task EndAsync(string argument)
    {
        foreach (var (pid, arguments) in ProcessArguments.ReadAll())
        {
            if (ProcessArguments.Value(arguments, "--root") != engineState || !arguments.Contains(argument))
                continue;
            using var process = KnownProcess.Open(ProcessIdentity.Of(pid));
            if (process?.Signal(Signals.Kill) == true)
                await process.WaitAsync(readiness).ConfigureAwait(false);
        }
    }
}
