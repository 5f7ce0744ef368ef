using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LiteKube.Admission;

public static class AdmissionServices
{
    /// <summary>Registers <see cref="IAdmissionChain"/>. Needs an <see cref="LiteKube.Api.IObjectReader"/>, which the API server registers.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, AdmissionOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IAdmissionChain, AdmissionChain>();
        return services;
    }
}
