namespace LiteKube.Admission.Webhooks;

/// <summary>Connections to Services of the cluster: the server finds their endpoints in its own storage and needs no cluster DNS. The API server implements it.</summary>
public interface IServiceDialer
{
    /// <param name="port">The Service's port, not its target's.</param>
    /// <exception cref="LiteKube.Api.ApiException">There is no such Service or port, no endpoint is ready, or none answers.</exception>
    ValueTask<Stream> DialAsync(string ns, string service, int port, CancellationToken cancellationToken);
}
