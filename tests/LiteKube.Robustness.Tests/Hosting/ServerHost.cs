using System.Net;
using LiteKube.Admission;
using LiteKube.ApiServer;
using LiteKube.Security;
using LiteKube.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Robustness.Tests.Hosting;

/// <summary>The API server over its store as a process of its own, with the flags of <c>litekube server</c> that matter to it.</summary>
internal static class ServerHost
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var directory = arguments.Text("data-dir")!;
        var port = arguments.Number("https-listen-port", 0);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging();
        builder.Services.AddSqliteStore(new SqliteStoreOptions
        {
            Path = Path.Combine(directory, "server", "db", "state.db"),
            Encryption = new EncryptionOptions { KeyFile = Path.Combine(directory, "server", "db", "encryption.keys"), Prefixes = [StoredKeys.Secrets] },
        });
        builder.Services.AddSecurity(new SecurityOptions
        {
            DataDirectory = directory,
            KubeconfigPath = arguments.Text("write-kubeconfig")!,
            KubeconfigServer = $"https://127.0.0.1:{port}",
        });
        builder.Services.AddAdmission(new AdmissionOptions());
        builder.Services.AddApiServer(new ApiServerOptions { ListenAddress = IPAddress.Loopback, Port = port, AdvertiseAddress = () => IPAddress.Parse("192.0.2.7") });
        using var host = builder.Build();
        await host.RunAsync();
        return 0;
    }
}
