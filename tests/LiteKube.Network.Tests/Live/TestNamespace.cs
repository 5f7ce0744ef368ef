using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LiteKube.Network.Netlink;

namespace LiteKube.Network.Tests.Live;

/// <summary>A network namespace of the test's own, with sockets inside it. Gone with Dispose.</summary>
internal sealed class TestNamespace : IHostNamespace, IDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _sockets = [];

    internal TestNamespace(string role)
    {
        Name = $"lkt-{Guid.NewGuid().ToString("N")[..8]}-{role}";
        Run("ip", "netns", "add", Name);
        Exec("ip link set lo up");
        // A namespace starts with the machine's own settings, which a LiteKube that runs on it may have changed.
        Exec("sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.all.route_localnet=0 net.ipv4.conf.default.route_localnet=0");
    }

    internal string Name { get; }

    internal string Path => $"/run/netns/{Name}";

    public void Dispose()
    {
        _stopping.Cancel();
        foreach (var socket in _sockets)
            socket.Dispose();
        Run("ip", "netns", "delete", Name);
        _stopping.Dispose();
    }

    /// <summary>Runs a command inside; the output.</summary>
    internal string Exec(string command) => Run("ip", ["netns", "exec", Name, .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    public T Run<T>(Func<T> work) => NetworkNamespace.Run(Path, work);

    /// <summary>Joins two namespaces by a cable.</summary>
    internal static void Connect(TestNamespace one, string oneName, string oneAddress, TestNamespace other, string otherName, string otherAddress)
    {
        Run("ip", "link", "add", oneName, "netns", one.Name, "type", "veth", "peer", "name", otherName, "netns", other.Name);
        one.Exec($"ip address add {oneAddress} dev {oneName}");
        one.Exec($"ip link set {oneName} up");
        other.Exec($"ip address add {otherAddress} dev {otherName}");
        other.Exec($"ip link set {otherName} up");
    }

    /// <summary>Answers every TCP connection with the given text and the client's address.</summary>
    internal void ServeTcp(int port, string text)
    {
        var listener = Open(SocketType.Stream, ProtocolType.Tcp, new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        _ = Task.Run(async () =>
        {
            while (!_stopping.IsCancellationRequested)
            {
                using var client = await listener.AcceptAsync(_stopping.Token);
                await client.SendAsync(Encoding.UTF8.GetBytes($"{text} {((IPEndPoint)client.RemoteEndPoint!).Address}"));
                client.Shutdown(SocketShutdown.Send);
            }
        });
    }

    internal void ServeUdp(int port, string text)
    {
        var socket = Open(SocketType.Dgram, ProtocolType.Udp, new IPEndPoint(IPAddress.Any, port));
        _ = Task.Run(async () =>
        {
            var buffer = new byte[1024];
            while (!_stopping.IsCancellationRequested)
            {
                var from = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                await socket.SendToAsync(Encoding.UTF8.GetBytes(text), from.RemoteEndPoint, _stopping.Token);
            }
        });
    }

    /// <summary>What a server says to a client in here: its text and who it took the client for.</summary>
    internal async Task<(string Text, string Client)> AskAsync(string address, int port, string? from = null)
    {
        using var socket = Run(() =>
        {
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            if (from is not null)
                made.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            return made;
        });
        using var limit = new CancellationTokenSource(Limit);
        await socket.ConnectAsync(IPAddress.Parse(address), port, limit.Token);
        var buffer = new byte[1024];
        var length = await socket.ReceiveAsync(buffer, limit.Token);
        var words = Encoding.UTF8.GetString(buffer, 0, length).Split(' ');
        return (words[0], words[1]);
    }

    internal Socket OpenUdp() => Open(SocketType.Dgram, ProtocolType.Udp, new IPEndPoint(IPAddress.Any, 0));

    internal static async Task<string> AskUdpAsync(Socket socket, string address, int port)
    {
        using var limit = new CancellationTokenSource(Limit);
        await socket.SendToAsync("?"u8.ToArray(), new IPEndPoint(IPAddress.Parse(address), port), limit.Token);
        var buffer = new byte[1024];
        var answer = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, answer.ReceivedBytes);
    }

    internal static string Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {error}");
    }

    private Socket Open(SocketType type, ProtocolType protocol, IPEndPoint local)
    {
        var socket = Run(() =>
        {
            var made = new Socket(AddressFamily.InterNetwork, type, protocol);
            made.Bind(local);
            return made;
        });
        _sockets.Add(socket);
        return socket;
    }
}
