using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Admission;
using LiteKube.Security;
using LiteKube.Security.Pki;
using LiteKube.Store;
using LiteKube.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.ApiServer.Tests.Hosting;

/// <summary>A whole API server on loopback, with its SQLite store, certificates and admission, and a client that is the administrator.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-apiserver-").FullName;
    private IHost? _host;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Func<ApiServerOptions, ApiServerOptions> Configure { get; init; } = o => o;

    public Func<SecurityOptions, SecurityOptions> Secure { get; init; } = o => o;

    public TestDialer Dialer { get; } = new();

    public ApiClient Admin { get; private set; } = null!;

    public IServiceProvider Services => _host!.Services;

    public IStore Store => Services.GetRequiredService<IStore>();

    public string DataDirectory => _directory;

    public Uri Address { get; private set; } = null!;

    public Task InitializeAsync() => StartAsync();

    public Task StopAsync() => _host!.StopAsync();

    public async Task RestartAsync()
    {
        Admin.Dispose();
        await _host!.StopAsync();
        _host.Dispose();
        await StartAsync();
    }

    private async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging();
        builder.Services.AddSingleton(Time);
        builder.Services.AddSqliteStore(new SqliteStoreOptions
        {
            Path = Path.Combine(_directory, "store.db"),
            Encryption = new EncryptionOptions { KeyFile = Path.Combine(_directory, "encryption.keys"), Prefixes = [StoredKeys.Secrets] },
        });
        builder.Services.AddSecurity(Secure(new SecurityOptions { DataDirectory = _directory, KubeconfigPath = "" }));
        // No controllers run here, so nothing would take the finalizers of claims and volumes away.
        builder.Services.AddAdmission(new AdmissionOptions { Disabled = ["StorageObjectInUseProtection"] });
        builder.Services.AddSingleton<IBackendDialer>(Dialer);
        builder.Services.AddApiServer(Configure(new ApiServerOptions { ListenAddress = IPAddress.Loopback, Port = 0, AdvertiseAddress = () => IPAddress.Parse("192.0.2.7") }));
        _host = builder.Build();
        await _host.StartAsync();
        var ready = Services.GetRequiredService<IApiServerReady>();
        await ready.Ready.WaitAsync(TimeSpan.FromMinutes(1));
        Address = new Uri($"https://127.0.0.1:{ready.Port}");
        Admin = Client(Services.GetRequiredService<ClusterPki>().Admin());
    }

    public ApiClient Client(X509Certificate2? certificate, string? token = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        var client = new HttpClient(handler) { BaseAddress = Address };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiClient(client);
    }

    /// <summary>A namespace of a test's own, with the default service account that pods need.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = "t-" + Guid.NewGuid().ToString("N")[..12];
        await Admin.CreateAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        await Admin.CreateAsync($"/api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        return name;
    }

    public async Task DisposeAsync()
    {
        Admin.Dispose();
        await _host!.StopAsync();
        _host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class ApiHostCollection : ICollectionFixture<ApiHost>
{
    public const string Name = "API server";
}
