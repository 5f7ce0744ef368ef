using LiteKube.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube;

/// <summary>Every module of the process, in the order in which they start. Nothing is registered elsewhere.</summary>
internal static class Modules
{
    public static void AddServer(IServiceCollection services, ServerSettings settings)
    {
    }

    public static void AddAgent(IServiceCollection services, AgentSettings settings)
    {
    }
}
