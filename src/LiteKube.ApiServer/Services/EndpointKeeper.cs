using System.Net.NetworkInformation;
using System.Threading.Channels;
using LiteKube.Api;
using LiteKube.ApiServer.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Services;

/// <summary>Writes this server's address anew where the machine's addresses have changed while it runs.</summary>
internal sealed partial class EndpointKeeper(KubernetesService service, ReadySignal ready, TimeProvider time, ILogger<EndpointKeeper> log) : BackgroundService
{
    /// <summary>Addresses change in bursts, as when an interface comes up.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        NetworkChange.NetworkAddressChanged += Changed;
        try
        {
            await ready.Ready.WaitAsync(stoppingToken);
            while (await _changes.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(s_settle, time, stoppingToken);
                _changes.Reader.TryRead(out _);
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
        finally
        {
            NetworkChange.NetworkAddressChanged -= Changed;
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await service.EnsureAsync(ready.Port, cancellationToken);
        }
        catch (ApiException e)
        {
            NotWritten(log, e.Message);
        }
    }

    private void Changed(object? sender, EventArgs e) => _changes.Writer.TryWrite(true);

    [LoggerMessage(LogLevel.Warning, "The endpoint of the kubernetes Service could not be brought up to date: {Error}")]
    private static partial void NotWritten(ILogger log, string error);
}
