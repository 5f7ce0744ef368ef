using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LiteKube.Runtimes.Native;
using LiteKube.Verbs;

namespace LiteKube.Hosting;

/// <summary>What must hold before anything is started, so that the first message is the one that helps.</summary>
internal static partial class Preflight
{
    /// <summary>The node's own HTTPS port, where the API server reaches it.</summary>
    public const int NodePort = 10250;

    public static Task CheckAsync(NodeSettings settings, IReadOnlyList<int> ports, bool needsContainers, CancellationToken cancellationToken)
    {
        foreach (var port in ports)
            CheckPort(port);
        if (!needsContainers)
            return Task.CompletedTask;
        if (EffectiveUserId() != 0)
            throw new UserErrorException("running pods needs root: start litekube with sudo or as a system service, or serve the API alone with --disable-agent");
        return CheckRuntimeAsync(settings, cancellationToken);
    }

    private static async Task CheckRuntimeAsync(NodeSettings settings, CancellationToken cancellationToken)
    {
        var kind = RuntimeChoice.Of(settings).Kind;
        if (kind == RuntimeKind.Docker)
            await CheckDockerAsync(settings, cancellationToken);
        else if (NativePrograms.Look(ModuleOptions.NativeRuntime(settings)) is { ArePresent: false } missing)
            throw new UserErrorException(settings.Runtime == RuntimeWish.Native ? missing.Explanation
                : $"there is nothing to run containers with: {missing.Explanation} (or install and start Docker Engine; there is none at {settings.DockerHost})");
        RuntimeChoice.Remember(settings, kind);
    }

    private static void CheckPort(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new UserErrorException($"port {port} is taken by another program (ss -ltnp 'sport = :{port}' shows which): stop it{(port == NodePort ? "" : ", or choose another with --https-listen-port")}");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new UserErrorException($"port {port} may only be opened by root: start litekube as root, or choose a port above 1023 with --https-listen-port");
        }
    }

    private static async Task CheckDockerAsync(NodeSettings settings, CancellationToken cancellationToken)
    {
        var path = settings.DockerHost["unix://".Length..];
        var remedy = "install it (apt-get install docker.io), start it (systemctl start docker), or say where it listens with --docker-host"
            + (settings.Runtime == RuntimeWish.Auto ? "; this machine's containers ran on it before, which --runtime native leaves behind" : "");
        if (!File.Exists(path))
            throw new UserErrorException($"there is no Docker Engine at {path}: {remedy}");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        }
        catch (SocketException error)
        {
            throw new UserErrorException($"the Docker Engine at {path} does not answer ({error.Message}): {remedy}");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();
}
