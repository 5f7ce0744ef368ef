using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace LiteKube.Verbs;

/// <summary>The server and the identity of a kubeconfig's first cluster and user, with everything embedded, as <c>litekube server</c> writes it.</summary>
internal sealed class KubeconfigAccess : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _server;

    private KubeconfigAccess(HttpClient http, string server)
    {
        _http = http;
        _server = server;
    }

    public static KubeconfigAccess Read(string path)
    {
        try
        {
            var yaml = new YamlStream();
            using (var text = File.OpenText(path))
                yaml.Load(text);
            var root = yaml.Documents[0].RootNode;
            var (cluster, user) = (root["clusters"][0]["cluster"], root["users"][0]["user"]);
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(Pem(cluster["certificate-authority-data"]));
            using var pem = X509Certificate2.CreateFromPem(Pem(user["client-certificate-data"]), Pem(user["client-key-data"]));
            return new KubeconfigAccess(Client(authorities, new X509Certificate2(pem)), ((YamlScalarNode)cluster["server"]).Value!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--kubeconfig: {path} cannot be read ({e.Message}); run this on the server as root, or name the administrator's kubeconfig");
        }
        catch (Exception e) when (e is YamlDotNet.Core.YamlException or KeyNotFoundException or ArgumentException or FormatException or InvalidCastException or System.Security.Cryptography.CryptographicException)
        {
            throw new UserErrorException($"--kubeconfig: {path} is not a kubeconfig with everything embedded ({e.Message})");
        }
    }

    public async Task<string> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, _server + path);
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? body : throw new UserErrorException($"the server at {_server} answers {(int)response.StatusCode}: {body}");
        }
        catch (HttpRequestException e)
        {
            throw new UserErrorException($"the server at {_server} cannot be reached ({e.Message}); is litekube server running?");
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpClient Client(X509Certificate2Collection authorities, X509Certificate2 identity)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [identity],
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            },
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static string Pem(YamlNode node) => Encoding.ASCII.GetString(Convert.FromBase64String(((YamlScalarNode)node).Value!));
}
