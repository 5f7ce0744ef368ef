namespace LiteKube.ApiServer;

/// <summary>How the API server reaches what runs on nodes. The default opens TCP connections; a cluster whose nodes cannot be dialled brings its own.</summary>
public interface IBackendDialer
{
    /// <summary>A connection to a port of a pod (or of an endpoint that is no pod).</summary>
    ValueTask<Stream> DialPodAsync(string address, int port, CancellationToken cancellationToken);

    /// <summary>A connection to a port of a node, by its address.</summary>
    ValueTask<Stream> DialNodeAsync(string node, string address, int port, CancellationToken cancellationToken);
}
