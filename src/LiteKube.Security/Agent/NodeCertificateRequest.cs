using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Pki;
using LiteKube.Security.Signing;

namespace LiteKube.Security.Agent;

/// <summary>Asks the cluster for one certificate, by way of a CertificateSigningRequest, and waits for it.</summary>
internal sealed class NodeCertificateRequest(NodeJoinOptions options, TimeProvider clock)
{
    private const string Path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    public Task<X509Certificate2> ClientAsync(ServerConnection server, CancellationToken cancellationToken) =>
        RequestAsync(server, SignerNames.KubeletClient, "client auth", [], [], cancellationToken);

    public Task<X509Certificate2> ServingAsync(ServerConnection server, CancellationToken cancellationToken) =>
        RequestAsync(server, SignerNames.KubeletServing, "server auth", [options.NodeName], options.Addresses(), cancellationToken);

    private async Task<X509Certificate2> RequestAsync(ServerConnection server, string signer, string usage, string[] names, IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        var step = $"requesting a certificate of {signer} for node {options.NodeName}";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new CertificateSubject(UserInfo.NodePrefix + options.NodeName) { Organizations = [UserInfo.NodesGroup], DnsNames = names, Addresses = addresses };
        var created = await server.PostAsync(
            step,
            Path,
            new CertificateSigningRequest
            {
                Metadata = new ObjectMeta { GenerateName = "node-csr-" },
                Spec = new CertificateSigningRequestSpec { SignerName = signer, Usages = ["digital signature", usage], Request = Encoding.ASCII.GetBytes(Pkcs10(subject, key)) },
            },
            cancellationToken);
        var pem = await AwaitAsync(server, step, created.Metadata.Name!, cancellationToken);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.CopyWithPrivateKey(key);
    }

    private static string Pkcs10(CertificateSubject subject, ECDsa key)
    {
        var request = new CertificateRequest(subject.Name, key, HashAlgorithmName.SHA256);
        if (subject.AlternativeNames() is { } names)
            request.CertificateExtensions.Add(names);
        return request.CreateSigningRequestPem();
    }

    private async Task<string> AwaitAsync(ServerConnection server, string step, string name, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var request = await server.GetAsync<CertificateSigningRequest>(step, $"{Path}/{name}", cancellationToken);
            if (request.Status.Certificate is { Length: > 0 } issued)
                return Encoding.ASCII.GetString(issued);
            if (request.Status.Conditions.FirstOrDefault(c => c.Type is "Denied" or "Failed" && c.Status == "True") is { } end)
                throw new JoinException(step, options.Server, $"CertificateSigningRequest {name} {end.Type}: {end.Message}", "See the request on the server with kubectl describe csr.");
            if (clock.GetElapsedTime(start) > options.ApprovalTimeout)
                throw new JoinException(step, options.Server, $"CertificateSigningRequest {name} was not approved and signed within {options.ApprovalTimeout.TotalSeconds:0} s", $"Look at it on the server with kubectl describe csr {name}; kubectl certificate approve {name} approves it by hand.");
            await Task.Delay(s_interval, clock, cancellationToken);
        }
    }
}
