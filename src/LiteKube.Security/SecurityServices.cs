using LiteKube.Security.Authentication;
using LiteKube.Security.Authentication.Oidc;
using LiteKube.Security.Authorization;
using LiteKube.Security.Authorization.Node;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Security.Joining;
using LiteKube.Security.Pki;
using LiteKube.Security.Signing;
using LiteKube.Security.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LiteKube.Security;

public static class SecurityServices
{
    /// <summary>
    /// Registers <see cref="ClusterPki"/>, <see cref="ServingCertificate"/>, <see cref="IAuthenticator"/>, <see cref="IAuthorizer"/>, <see cref="IEscalationCheck"/>,
    /// <see cref="ServiceAccountTokens"/>, <see cref="OidcDocuments"/> and <see cref="SecurityBootstrap"/>, and the module that writes kubeconfig and join token. Needs an <see cref="LiteKube.Api.IObjectReader"/>, which the API server registers.
    /// </summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services, SecurityOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => ClusterPki.Open(options.TlsDirectory, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServingCertificate>();
        services.AddSingleton<CertificateAuthenticator>();
        services.AddSingleton<FrontProxyAuthenticator>();
        services.AddSingleton<ITokenAuthenticator, StaticTokenAuthenticator>();
        services.AddSingleton<ITokenAuthenticator, ServiceAccountAuthenticator>();
        services.AddSingleton<ITokenAuthenticator, BootstrapTokenAuthenticator>();
        services.AddSingleton<ITokenAuthenticator, OidcAuthenticator>();
        services.AddSingleton<IAuthenticator, ClusterAuthenticator>();
        services.AddSingleton<NodeReach>();
        services.AddSingleton<NodeAuthorizer>();
        services.AddSingleton<RbacAuthorizer>();
        services.AddSingleton<IAuthorizer, ClusterAuthorizer>();
        services.AddSingleton<IEscalationCheck, EscalationCheck>();
        services.AddSingleton<ServiceAccountTokens>();
        services.AddSingleton<OidcDocuments>();
        services.AddSingleton<JoinTokens>();
        services.AddSingleton<SecurityBootstrap>();
        services.AddSingleton<CertificateSigner>();
        services.AddSingleton<CsrPolicy>();
        services.AddSingleton<CsrSteps>();
        services.AddHostedService<CredentialFiles>();
        return services;
    }
}
