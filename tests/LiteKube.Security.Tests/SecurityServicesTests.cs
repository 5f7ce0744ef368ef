using LiteKube.Api;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authorization;
using LiteKube.Security.Pki;
using LiteKube.Security.Signing;
using LiteKube.Security.Tokens;
using LiteKube.Testing.Objects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Security.Tests;

public sealed class SecurityServicesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-services-").FullName;

    [Fact]
    public async Task AddSecurity_Start_WritesKubeconfigAndJoinToken()
    {
        var options = new SecurityOptions { DataDirectory = _directory, KubeconfigPath = Path.Combine(_directory, "etc", "kubeconfig.yaml"), KubeconfigServer = "https://127.0.0.1:7443" };
        await using var services = Build(options);

        await StartAsync(services);

        Assert.Contains("server: https://127.0.0.1:7443", File.ReadAllText(options.KubeconfigPath), StringComparison.Ordinal);
        Assert.StartsWith("LK1" + services.GetRequiredService<ClusterPki>().ServerCa.Pin, File.ReadAllText(options.JoinTokenPath), StringComparison.Ordinal);
        foreach (var service in new[] { typeof(IAuthenticator), typeof(IAuthorizer), typeof(ServingCertificate), typeof(ServiceAccountTokens), typeof(OidcDocuments), typeof(CsrSteps), typeof(SecurityBootstrap) })
            Assert.NotNull(services.GetService(service));
    }

    [Fact]
    public async Task AddSecurity_KubeconfigCannotBeWritten_StartsAllTheSame()
    {
        var blocked = Path.Combine(_directory, "file");
        File.WriteAllText(blocked, "");
        await using var services = Build(new SecurityOptions { DataDirectory = _directory, KubeconfigPath = Path.Combine(blocked, "kubeconfig.yaml") });

        await StartAsync(services);

        Assert.False(File.Exists(Path.Combine(blocked, "kubeconfig.yaml")));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static ServiceProvider Build(SecurityOptions options) =>
        new ServiceCollection().AddLogging().AddSingleton<IObjectReader>(new FakeObjects()).AddSecurity(options).BuildServiceProvider();

    private static async Task StartAsync(ServiceProvider services)
    {
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
            await hosted.StopAsync(CancellationToken.None);
        }
    }
}
