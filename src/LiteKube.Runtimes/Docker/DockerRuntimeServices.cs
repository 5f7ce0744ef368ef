using LiteKube.Node.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Docker;

public static class DockerRuntimeServices
{
    /// <summary>Docker Engine as the node's <see cref="IContainerRuntime"/>. Connects at the first call, not here.</summary>
    public static IServiceCollection AddDockerRuntime(this IServiceCollection services, DockerRuntimeOptions options) =>
        services.AddSingleton<IContainerRuntime>(provider =>
            new DockerRuntime(options, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILogger<DockerRuntime>>()));
}
