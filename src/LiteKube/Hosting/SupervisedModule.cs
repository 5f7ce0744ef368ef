using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Hosting;

/// <summary>
/// A module under supervision: when its background work ends in a fault, it alone is stopped and started again, after a pause that doubles up to
/// a minute and is forgotten once it has run for five. A fault in StartAsync is not caught: whoever starts litekube must see it.
/// </summary>
internal sealed partial class SupervisedModule(IHostedService module, bool owned, TimeProvider time, ILogger logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_healthyAfter = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Puts every hosted service registered so far under supervision, in the order of registration.</summary>
    public static void WrapAll(IServiceCollection services)
    {
        var modules = services.Where(d => d.ServiceType == typeof(IHostedService)).ToArray();
        services.RemoveAll<IHostedService>();
        foreach (var module in modules)
            services.AddSingleton<IHostedService>(provider =>
            {
                var inner = (IHostedService)(module.ImplementationInstance ?? module.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, module.ImplementationType!));
                return new SupervisedModule(inner, module.ImplementationType is not null, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>().CreateLogger("LiteKube.Modules"));
            });
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await module.StartAsync(cancellationToken);
        if (module is BackgroundService background)
            _watching = WatchAsync(background);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await module.StopAsync(cancellationToken);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        // What the container made itself it also disposes of.
        if (owned)
            (module as IDisposable)?.Dispose();
    }

    private async Task WatchAsync(BackgroundService background)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            var started = time.GetTimestamp();
            try
            {
                await (background.ExecuteTask ?? Task.CompletedTask).WaitAsync(_stopping.Token);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (time.GetElapsedTime(started) > s_healthyAfter)
                    pause = TimeSpan.FromSeconds(1);
                LogFault(module.GetType().Name, pause.TotalSeconds, fault);
            }

            await Task.Delay(pause, time, _stopping.Token);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            await background.StopAsync(_stopping.Token);
            await background.StartAsync(_stopping.Token);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Module} failed; starting it again in {Seconds} s")]
    private partial void LogFault(string module, double seconds, Exception fault);
}
