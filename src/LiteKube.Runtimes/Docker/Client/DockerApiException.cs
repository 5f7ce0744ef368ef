using System.Net;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>The engine answered, and refused. The message is its own words.</summary>
internal sealed class DockerApiException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}
