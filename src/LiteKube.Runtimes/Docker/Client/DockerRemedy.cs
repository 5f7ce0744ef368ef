using System.Net.Sockets;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>What to tell the operator when the engine cannot be reached.</summary>
internal static class DockerRemedy
{
    public static string For(string socketPath, Exception failure)
    {
        var socketError = Find(failure)?.SocketErrorCode;
        var remedy = socketError switch
        {
            _ when !File.Exists(socketPath) => IsInstalled()
                ? "there is no such socket. Docker is installed but not running: systemctl start docker"
                : "there is no such socket. Install and start Docker: apt-get install docker.io && systemctl start docker",
            SocketError.AccessDenied => "permission denied. Run litekube as root, or as a member of the group that owns the socket (usermod -aG docker USER)",
            SocketError.ConnectionRefused => "nothing listens on it. Start Docker: systemctl start docker",
            _ => $"{Innermost(failure).Message}. See systemctl status docker",
        };
        return $"cannot reach the Docker Engine on unix://{socketPath}: {remedy}";
    }

    private static bool IsInstalled() => File.Exists("/usr/bin/dockerd") || File.Exists("/usr/sbin/dockerd") || File.Exists("/usr/local/bin/dockerd");

    private static SocketException? Find(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is SocketException socket)
                return socket;
        }

        return null;
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e;
    }
}
