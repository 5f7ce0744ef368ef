using LiteKube.Security.Joining;
using LiteKube.Security.Pki;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security;

/// <summary>Keeps the files that people and agents take credentials from: the administrator's kubeconfig and the join token.</summary>
internal sealed partial class CredentialFiles(ClusterPki pki, JoinTokens joinTokens, SecurityOptions options, TimeProvider clock, ILogger<CredentialFiles> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(12);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _ = joinTokens.Current;
        Renew();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.KubeconfigPath.Length == 0)
            return;
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Renew();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
    }

    // The cluster works without this file, and a renewal has months for its next try: neither may stop the server.
    private void Renew()
    {
        try
        {
            WriteKubeconfig();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PkiException)
        {
            NotWritten(log, options.KubeconfigPath, e.Message);
        }
    }

    private void WriteKubeconfig()
    {
        if (options.KubeconfigPath.Length == 0)
            return;
        using var admin = pki.Admin();
        if (Kubeconfig.Write(options.KubeconfigPath, options.KubeconfigServer, pki.ServerCa.Pem, admin))
            Written(log, options.KubeconfigPath);
    }

    [LoggerMessage(LogLevel.Information, "Administrator's kubeconfig written to {Path}")]
    private static partial void Written(ILogger log, string path);

    [LoggerMessage(LogLevel.Warning, "The administrator's kubeconfig could not be written to {Path}: {Error} Make the place writable, or name another with --write-kubeconfig.")]
    private static partial void NotWritten(ILogger log, string path, string error);
}
