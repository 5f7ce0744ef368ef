using System.Security.Cryptography.X509Certificates;
using LiteKube.Security.Pki;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Hosting;

internal static class AdminIdentity
{
    /// <summary>For clients of a test's own that are the administrator.</summary>
    public static X509Certificate2 AdminCertificate(this IServiceProvider services) => services.GetRequiredService<ClusterPki>().Admin();
}
