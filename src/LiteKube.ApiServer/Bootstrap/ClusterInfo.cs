using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Authorization.Bootstrap;
using LiteKube.Security.Pki;

namespace LiteKube.ApiServer.Bootstrap;

/// <summary>
/// The ConfigMap kube-public/cluster-info: where the cluster is and by which CA it is known, for those who have nothing but a bootstrap token. The controllers
/// sign it. (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/)
/// </summary>
internal sealed class ClusterInfo(ApiServerOptions options, ClusterPki pki)
{
    private const string Key = "kubeconfig";

    public BootstrapObject Of(int port) => BootstrapObject.Of(
        new ConfigMap { Metadata = new ObjectMeta { Namespace = "kube-public", Name = "cluster-info" }, Data = new Dictionary<string, string> { [Key] = Kubeconfig(port) } }, Merge);

    private string Kubeconfig(int port)
    {
        var address = options.AdvertiseAddress();
        var host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"""
            apiVersion: v1
            clusters:
            - cluster:
                certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(pki.ServerCa.Pem))}
                server: https://{host}:{port}
              name: ""
            contexts: null
            current-context: ""
            kind: Config
            preferences: {"{}"}
            users: null

            """);
    }

    private static ConfigMap? Merge(ConfigMap existing, ConfigMap wanted)
    {
        if (existing.Data.GetValueOrDefault(Key) == wanted.Data[Key])
            return null;
        return existing with { Data = new Dictionary<string, string>(existing.Data) { [Key] = wanted.Data[Key] } };
    }
}
