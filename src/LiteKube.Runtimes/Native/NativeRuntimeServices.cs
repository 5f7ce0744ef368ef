using LiteKube.Node.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native;

public static class NativeRuntimeServices
{
    /// <summary>LiteKube's own runtime as the node's <see cref="IContainerRuntime"/>. Looks for its programs at the first call, not here.</summary>
    public static IServiceCollection AddNativeRuntime(this IServiceCollection services, NativeRuntimeOptions options) =>
        services.AddSingleton<IContainerRuntime>(provider =>
            new NativeRuntime(options, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILoggerFactory>()));
}
