using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server.Streams;

/// <summary>
/// Which streams the client wants. The kubelet's own names (input, output, error) and those of the pod sub-resources (stdin, stdout, stderr) both count.
/// </summary>
internal sealed record CommandRequest(IReadOnlyList<string> Command, bool Stdin, bool Stdout, bool Stderr, bool Tty)
{
    public static CommandRequest Read(IQueryCollection query)
    {
        var tty = Flag(query, "tty");

        // A terminal is one stream: what goes to stderr comes out of it too.
        var stderr = !tty && (Flag(query, "error") || Flag(query, "stderr"));
        return new CommandRequest(
            [.. query["command"].OfType<string>()],
            Flag(query, "input") || Flag(query, "stdin"),
            Flag(query, "output") || Flag(query, "stdout"),
            stderr,
            tty);
    }

    public bool WantsNothing => !Stdin && !Stdout && !Stderr;

    private static bool Flag(IQueryCollection query, string name) => query[name].FirstOrDefault() is "1" or "true" or "True";
}
