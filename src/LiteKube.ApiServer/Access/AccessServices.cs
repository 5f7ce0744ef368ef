using LiteKube.Admission;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Access;

/// <summary>Who may do what, how much of it at once, and the record of it.</summary>
internal static class AccessServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<IAdmissionPlugin, RoleEscalation>();
    }
}
