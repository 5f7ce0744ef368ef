using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Containers;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Probes;

/// <summary>Probes of all four kinds. HTTP, TCP and gRPC are dialled from the node.</summary>
internal sealed class Prober(IContainerRuntime runtime, TimeProvider time) : IProber, IDisposable
{
    private readonly HttpProbe _http = new();
    private readonly GrpcProbe _grpc = new();

    public HttpProbe Http => _http;

    public async ValueTask<ProbeOutcome> ProbeAsync(Probe probe, ProbeTarget target, string containerId, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds ?? 1));
        if (probe.Exec is { } exec)
            return await ExecAsync(exec, containerId, timeout, cancellationToken).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var outcome = probe switch
        {
            { HttpGet: { } http } => await _http.RunAsync(http, target, either.Token).ConfigureAwait(false),
            { TcpSocket: { } tcp } => await TcpProbe.RunAsync(tcp, target, either.Token).ConfigureAwait(false),
            { Grpc: { } grpc } => await _grpc.RunAsync(grpc, target, timeout, either.Token).ConfigureAwait(false),
            _ => ProbeOutcome.Error($"missing probe handler for {target.Container.Name}"),
        };

        // An attempt that was broken off because the container goes is no verdict on it.
        cancellationToken.ThrowIfCancellationRequested();
        return outcome;
    }

    public void Dispose()
    {
        _http.Dispose();
        _grpc.Dispose();
    }

    private async ValueTask<ProbeOutcome> ExecAsync(ExecAction action, string containerId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var result = await runtime.ExecSyncAsync(containerId, action.Command, timeout, cancellationToken).ConfigureAwait(false);
            if (result.TimedOut)
                return ProbeOutcome.Failure($"command timed out: \"{string.Join(' ', action.Command)}\" timed out after {GoDuration.Format(timeout)}");
            var output = Encoding.UTF8.GetString(result.Stdout) + Encoding.UTF8.GetString(result.Stderr);
            return result.ExitCode == 0 ? ProbeOutcome.Success(output) : ProbeOutcome.Failure(output);
        }
        catch (RuntimeException e)
        {
            return ProbeOutcome.Error(e.Message);
        }
    }
}
