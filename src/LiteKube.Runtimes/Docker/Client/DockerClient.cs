namespace LiteKube.Runtimes.Docker.Client;

/// <summary>A typed client for the Docker Engine API over its unix socket. Operations throw <see cref="DockerApiException"/> where the engine refuses.</summary>
internal sealed class DockerClient : IDisposable
{
    private readonly DockerTransport _transport;

    public DockerClient(string host, TimeSpan requestTimeout)
    {
        _transport = new DockerTransport(host, requestTimeout);
        System = new SystemOperations(_transport);
        Containers = new ContainerOperations(_transport);
        Images = new ImageOperations(_transport);
        Exec = new ExecOperations(_transport);
    }

    public SystemOperations System { get; }

    public ContainerOperations Containers { get; }

    public ImageOperations Images { get; }

    public ExecOperations Exec { get; }

    public void Dispose() => _transport.Dispose();
}
