using LiteKube.Verbs;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LiteKube.Hosting;

/// <summary>Builds and runs the modules of a verb until SIGTERM or SIGINT: started in order, stopped in reverse, each under supervision.</summary>
internal static class ModuleHost
{
    public static async Task<int> RunAsync(LogLevel level, Action<IServiceCollection> addModules, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(o =>
        {
            o.ShutdownTimeout = TimeSpan.FromSeconds(20);
            // SupervisedModule deals with faults.
            o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
        });
        ConfigureLogging(builder.Logging, level);
        addModules(builder.Services);
        SupervisedModule.WrapAll(builder.Services);

        using var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop before all was up; the host has stopped what was.
            ServiceManager.Notify("STOPPING=1");
            return 0;
        }
        catch (Exception error) when (UserErrorOf(error) is { } message)
        {
            throw new UserErrorException(message);
        }

        await host.WaitForShutdownAsync(cancellationToken);
        ServiceManager.Notify("STOPPING=1");
        return 0;
    }

    public static void ConfigureLogging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        // The framework's own chatter matters only to whoever debugs it.
        logging.AddFilter("Microsoft", level < LogLevel.Debug ? level : LogLevel.Warning);
        logging.AddConsole(o =>
        {
            o.FormatterName = LineFormatter.FormatterName;
            o.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
    }

    private static string? UserErrorOf(Exception error) => error switch
    {
        UserErrorException e => e.Message,
        IOException { InnerException: AddressInUseException } e => $"{e.Message} Stop the program that listens there (ss -ltnp shows it), or choose another port.",
        LiteKube.Node.Runtime.RuntimeException e => e.Message,
        LiteKube.Store.StoreUnavailableException e => e.Message,
        _ => null,
    };
}
