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

/// <param name="Why">For the operator.</param>
internal sealed record RuntimeDecision(RuntimeKind Kind, string Why);

/// <summary>
/// Which of the two runs this machine's containers. Left to itself, LiteKube stays with what it ran before for as long as that is installed, since
/// the other would not know its containers; else the native runtime where its programs are, else Docker where it answers.
/// </summary>
internal static class RuntimeChoice
{
    private const string FileName = "runtime";

    /// <summary>Whether it works is the preflight's question.</summary>
    public static RuntimeDecision Of(NodeSettings settings) => settings.Runtime switch
    {
        RuntimeWish.Docker => new RuntimeDecision(RuntimeKind.Docker, "asked for"),
        RuntimeWish.Native => new RuntimeDecision(RuntimeKind.Native, "asked for"),
        _ => Remembered(settings) switch
        {
            RuntimeKind.Docker when HasDocker(settings) || !HasNative(settings) => new RuntimeDecision(RuntimeKind.Docker, "this machine ran it before"),
            RuntimeKind.Native when HasNative(settings) || !Answers(settings) => new RuntimeDecision(RuntimeKind.Native, "this machine ran it before"),
            _ when HasNative(settings) => new RuntimeDecision(RuntimeKind.Native, "it comes first"),
            _ when Answers(settings) => new RuntimeDecision(RuntimeKind.Docker, "the programs of the native runtime are missing"),
            _ => new RuntimeDecision(RuntimeKind.Native, "there is no Docker Engine either"),
        },
    };

    public static void Remember(NodeSettings settings, RuntimeKind kind)
    {
        Directory.CreateDirectory(settings.AgentDir);
        File.WriteAllText(FileOf(settings), kind.ToString());
    }

    /// <summary>When no container is left.</summary>
    public static void Forget(NodeSettings settings)
    {
        if (File.Exists(FileOf(settings)))
            File.Delete(FileOf(settings));
    }

    private static RuntimeKind? Remembered(NodeSettings settings) =>
        File.Exists(FileOf(settings)) && Enum.TryParse<RuntimeKind>(File.ReadAllText(FileOf(settings)), out var kind) ? kind : null;

    private static string FileOf(NodeSettings settings) => Path.Combine(settings.AgentDir, FileName);

    private static bool HasNative(NodeSettings settings) => NativePrograms.Look(ModuleOptions.NativeRuntime(settings)).ArePresent;

    /// <summary>An engine that is only stopped counts: its containers will be back with it.</summary>
    private static bool HasDocker(NodeSettings settings) => File.Exists(SocketPath(settings)) || InstalledProgram.Exists("dockerd");

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
