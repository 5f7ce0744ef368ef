using LiteKube.ApiServer;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Hosting;

/// <summary>The last module of a server: tells systemd and the log that the cluster can be used, and how.</summary>
internal sealed partial class ReadyAnnouncement(ServerSettings settings, IApiServerReady api, ILogger<ReadyAnnouncement> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await api.Ready.WaitAsync(cancellationToken);
        ServiceManager.Notify("READY=1\nSTATUS=serving the Kubernetes API on port " + settings.HttpsListenPort);
        LogReady(settings.HttpsListenPort, settings.KubeconfigPath);
        LogJoin(settings.HttpsListenPort, Path.Combine(settings.Node.ServerDir, "token"));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "serving the Kubernetes API on port {Port}; export KUBECONFIG={Kubeconfig}")]
    private partial void LogReady(int port, string kubeconfig);

    [LoggerMessage(Level = LogLevel.Information, Message = "to add a node: litekube agent --server https://<this machine>:{Port} --join $(cat {TokenPath})")]
    private partial void LogJoin(int port, string tokenPath);
}
