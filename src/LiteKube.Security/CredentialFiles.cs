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
        WriteKubeconfig();
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

    // A full disk must not end the loop: the old certificate has months left, and the next round tries again.
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

    [LoggerMessage(LogLevel.Warning, "Kubeconfig {Path} could not be renewed: {Error}")]
    private static partial void NotWritten(ILogger log, string path, string error);
}
