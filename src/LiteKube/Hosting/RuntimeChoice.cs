using System.Net.Sockets;
using LiteKube.Runtimes.Native;

namespace LiteKube.Hosting;

/// <summary>What <c>--runtime</c> says.</summary>
internal enum RuntimeWish
{
    Auto,
    Docker,
    Native,
}

internal enum RuntimeKind
{
    Docker,
    Native,
}

/// <summary>
/// Which of the two runs this machine's containers. Left to itself, LiteKube stays with what it ran before, since the other would not know its
/// containers; the first time it takes Docker where it answers, then the native runtime.
/// </summary>
internal static class RuntimeChoice
{
    private const string FileName = "runtime";

    /// <summary>Whether it works is the preflight's question.</summary>
    public static RuntimeKind Of(NodeSettings settings) => settings.Runtime switch
    {
        RuntimeWish.Docker => RuntimeKind.Docker,
        RuntimeWish.Native => RuntimeKind.Native,
        _ => Remembered(settings) switch
        {
            RuntimeKind.Docker when File.Exists(SocketPath(settings)) || !HasNative(settings) => RuntimeKind.Docker,
            RuntimeKind.Native when HasNative(settings) => RuntimeKind.Native,
            _ => Answers(settings) ? RuntimeKind.Docker : RuntimeKind.Native,
        },
    };

    public static void Remember(NodeSettings settings, RuntimeKind kind)
    {
        Directory.CreateDirectory(settings.AgentDir);
        File.WriteAllText(Path.Combine(settings.AgentDir, FileName), kind.ToString());
    }

    private static RuntimeKind? Remembered(NodeSettings settings)
    {
        var file = Path.Combine(settings.AgentDir, FileName);
        return File.Exists(file) && Enum.TryParse<RuntimeKind>(File.ReadAllText(file), out var kind) ? kind : null;
    }

    private static bool HasNative(NodeSettings settings) => NativePrograms.Look(ModuleOptions.NativeRuntime(settings)).ArePresent;

    private static string SocketPath(NodeSettings settings) => settings.DockerHost["unix://".Length..];

    private static bool Answers(NodeSettings settings)
    {
        if (!File.Exists(SocketPath(settings)))
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(SocketPath(settings)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
