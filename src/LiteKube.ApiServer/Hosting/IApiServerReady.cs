namespace LiteKube.ApiServer;

/// <summary>When the API server serves.</summary>
public interface IApiServerReady
{
    /// <summary>Completes when the socket is open and the cluster's first objects are there; faults where the server could not start.</summary>
    Task Ready { get; }

    /// <summary>The port listened on, once open.</summary>
    int Port { get; }
}
