using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Hosting;

/// <summary>
/// A Kestrel of its own, apart from the container of the process: several modules serve HTTP, each in its own way. Kestrel registers itself only
/// through a web host builder, so this is the least of one.
/// </summary>
internal sealed class KestrelServices : IWebHostBuilder
{
    private readonly ServiceCollection _services = new();

    private KestrelServices()
    {
    }

    public static ServiceProvider Build(ILoggerFactory logs, Action<KestrelServerOptions> configure)
    {
        var builder = new KestrelServices();
        builder._services.AddSingleton(logs);
        builder._services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder._services.AddMetrics();
        builder._services.AddSingleton<DiagnosticSource>(_ => new DiagnosticListener("LiteKube.ApiServer"));
        builder.UseKestrelCore();
        builder._services.Configure(configure);
        return builder._services.BuildServiceProvider();
    }

#pragma warning disable ASPDEPR008 // The interface demands it.
    public IWebHost Build() => throw new NotSupportedException("there is no web host here");
#pragma warning restore ASPDEPR008

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
    {
        configureServices(new WebHostBuilderContext(), _services);
        return this;
    }

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => this;
}
