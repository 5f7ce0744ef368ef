using System.Net;
using System.Security.Cryptography.X509Certificates;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Security.Pki;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Access;

[Collection(ApiHostCollection.Name)]
public sealed class ConnectionTests(ApiHost host)
{
    [Fact]
    public async Task Many_first_requests_of_one_connection_are_all_known_by_its_certificate()
    {
        using X509Certificate2 certificate = host.Services.GetRequiredService<ClusterPki>().Admin();
        for (var round = 0; round < 40; round++)
        {
            using var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false };
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            handler.SslOptions.ClientCertificates = [certificate];
            using var http = new HttpClient(handler)
            {
                BaseAddress = host.Address,
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            var codes = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => Task.Run(async () =>
            {
                using var answer = await http.GetAsync("/version");
                return answer.StatusCode;
            })));
            Assert.All(codes, code => Assert.Equal(HttpStatusCode.OK, code));
        }
    }
}
