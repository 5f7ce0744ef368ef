using System.Net.Sockets;
using System.Text;

namespace LiteKube.Hosting;

/// <summary>systemd's readiness protocol (sd_notify): one datagram to the socket named in NOTIFY_SOCKET; nothing where that is not set.</summary>
internal static class ServiceManager
{
    public static void Notify(string state)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path))
            return;
        // A leading @ stands for Linux's abstract namespace.
        var address = path[0] == '@' ? "\0" + path[1..] : path;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address));
    }
}
