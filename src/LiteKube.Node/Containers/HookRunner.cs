using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Containers;

/// <summary>postStart and preStop hooks (kubernetes.io/docs/concepts/containers/container-lifecycle-hooks).</summary>
internal sealed class HookRunner(IContainerRuntime runtime, HttpProbe http, TimeProvider time)
{
    /// <returns>Null when it went well, else what went wrong.</returns>
    public async ValueTask<string?> RunAsync(LifecycleHandler handler, ProbeTarget target, string containerId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = timeout == Timeout.InfiniteTimeSpan ? new CancellationTokenSource() : new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (handler.Exec is { } exec)
                return await ExecAsync(exec, containerId, timeout, either.Token).ConfigureAwait(false);
            if (handler.Sleep is { } sleep)
                await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, either.Token).ConfigureAwait(false);
            else if (handler.HttpGet is { } get)
                return await http.RunAsync(get, target, either.Token).ConfigureAwait(false) is { Verdict: not ProbeVerdict.Success } outcome ? outcome.Output : null;
            else if (handler.TcpSocket is { } tcp)
                return await TcpProbe.RunAsync(tcp, target, either.Token).ConfigureAwait(false) is { Verdict: not ProbeVerdict.Success } outcome ? outcome.Output : null;
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"hook did not end within {GoDuration.Format(timeout)}";
        }
    }

    private async ValueTask<string?> ExecAsync(ExecAction exec, string containerId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var result = await runtime.ExecSyncAsync(containerId, exec.Command, timeout, cancellationToken).ConfigureAwait(false);
            if (result.TimedOut)
                return $"command timed out after {GoDuration.Format(timeout)}";
            return result.ExitCode == 0 ? null
                : $"command '{string.Join(' ', exec.Command)}' exited with {result.ExitCode}: {Encoding.UTF8.GetString(result.Stderr)}, message: \"{Encoding.UTF8.GetString(result.Stdout)}\"";
        }
        catch (RuntimeException e)
        {
            return e.Message;
        }
    }
}
