using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Joining;
using LiteKube.Security.Pki;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Agent;

/// <summary>
/// Makes this machine a node of a cluster: knows the server by the hash in the join token, proves itself by the rest of it, and comes away with
/// certificates of its own, which are kept and renewed.
/// </summary>
public sealed partial class NodeJoin(NodeJoinOptions options, TimeProvider clock, ILogger<NodeJoin> log)
{
    private const string Authorities = "/cacerts";
    private const string AuthenticationConfig = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";

    private readonly NodeCertificateFiles _files = new(options.Directory);
    private readonly NodeCertificateRequest _requests = new(options, clock);

    /// <summary>The node's credentials: those kept from before where they still hold, without asking the server; new ones otherwise.</summary>
    /// <exception cref="JoinException">The message names the step that failed and what to do.</exception>
    /// <exception cref="FormatException">The token is not one.</exception>
    public async Task<NodeCredentials> JoinAsync(CancellationToken cancellationToken)
    {
        var token = string.IsNullOrWhiteSpace(options.Token) ? null : JoinToken.Parse(options.Token);
        if (_files.Load() is { } kept)
        {
            if (IsOurs(kept, token))
                return new NodeCredentials(kept);
            kept.Dispose();
        }

        if (token is null)
            throw new JoinException("joining", options.Server, $"there is no certificate for node {options.NodeName} in {options.Directory}", "Give the server's join token with --join; it is in <data-dir>/server/token on the server.") { IsFinal = true };
        var authority = await AuthorityAsync(token, cancellationToken);
        using var introduction = ServerConnection.WithToken(options.Server, authority, token.Token.Bearer);
        var client = await _requests.ClientAsync(introduction, cancellationToken);
        using var own = ServerConnection.WithCertificate(options.Server, authority, client);
        var clientCa = await ClientAuthorityAsync(own, cancellationToken);
        var joined = new NodeCertificates(authority, clientCa, client, await _requests.ServingAsync(own, cancellationToken));
        _files.Save(joined);
        Joined(log, options.NodeName, options.Server);
        return new NodeCredentials(joined);
    }

    /// <summary>Replaces what is in its last third of life or does not name an address the node has now; says whether it did.</summary>
    /// <exception cref="JoinException">The server could not be asked or refused; the old certificates stay.</exception>
    public async Task<bool> RenewAsync(NodeCredentials credentials, CancellationToken cancellationToken)
    {
        var current = credentials.Current;
        var now = clock.GetUtcNow();
        var (renewClient, renewServing) = (current.IsClientDue(now), current.IsServingDue(options.Addresses(), now));
        if (!renewClient && !renewServing)
            return false;
        var client = current.Client;
        if (renewClient)
        {
            using var before = ServerConnection.WithCertificate(options.Server, current.ServerCa, current.Client);
            client = await _requests.ClientAsync(before, cancellationToken);
        }

        using var own = ServerConnection.WithCertificate(options.Server, current.ServerCa, client);
        var renewed = current with
        {
            Client = client,
            ClientCa = await ClientAuthorityAsync(own, cancellationToken),
            Serving = renewServing ? await _requests.ServingAsync(own, cancellationToken) : current.Serving,
        };
        _files.Save(renewed);
        credentials.Replace(renewed);
        RenewedFor(log, options.NodeName, renewed.Client.NotAfter);
        return true;
    }

    private bool IsOurs(NodeCertificates kept, JoinToken? token) =>
        kept.IsUsable(clock.GetUtcNow())
        && CertificateUser.Of(kept.Client.SubjectName).Name == UserInfo.NodePrefix + options.NodeName
        && (token is null || CertificateAuthority.PinOf(kept.ServerCa) == token.Pin);

    private async Task<X509Certificate2> AuthorityAsync(JoinToken token, CancellationToken cancellationToken)
    {
        const string Step = "fetching the server's CA";
        using var stranger = ServerConnection.Unverified(options.Server);
        var offered = new X509Certificate2Collection();
        try
        {
            offered.ImportFromPem(await stranger.GetTextAsync(Step, Authorities, cancellationToken));
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw new JoinException(Step, options.Server, $"{Authorities} does not hold certificates", "Check that the address is a LiteKube server's.", e) { IsFinal = true };
        }

        return offered.FirstOrDefault(c => CertificateAuthority.PinOf(c) == token.Pin)
            ?? throw new JoinException("verifying the server", options.Server, "its CA is not the one that the join token names", "Either the token is another server's, or someone stands between here and the server. Copy <data-dir>/server/token from this server anew.") { IsFinal = true };
    }

    private async Task<X509Certificate2> ClientAuthorityAsync(ServerConnection own, CancellationToken cancellationToken)
    {
        const string Step = "reading who may call this node";
        var config = await own.GetAsync<ConfigMap>(Step, AuthenticationConfig, cancellationToken);
        if (!config.Data.TryGetValue("client-ca-file", out var pem))
            throw new JoinException(Step, options.Server, "ConfigMap kube-system/extension-apiserver-authentication has no client-ca-file", "Restart litekube server: it completes the ConfigMap when it starts.");
        return X509Certificate2.CreateFromPem(pem);
    }

    [LoggerMessage(LogLevel.Information, "Node {Node} joined the cluster of {Server}")]
    private static partial void Joined(ILogger log, string node, Uri server);

    [LoggerMessage(LogLevel.Information, "Certificates of node {Node} renewed, valid until {NotAfter:yyyy-MM-dd}")]
    private static partial void RenewedFor(ILogger log, string node, DateTime notAfter);
}
