using System.Buffers;
using System.Text.Json;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>
/// A command as the container's own process but for what it runs. Engines differ in what they take of the container where they are given no more than
/// words: crun forgets the user, the groups and no_new_privs. A container's specification never changes, so this is made of it once.
/// </summary>
internal sealed class CommandProcess
{
    private const string Term = "TERM=";

    // What comes before the command: an object that is still open.
    private readonly byte[] _plain;
    private readonly byte[] _onTerminal;

    private CommandProcess(byte[] plain, byte[] onTerminal) => (_plain, _onTerminal) = (plain, onTerminal);

    /// <param name="containerSpec">The container's config.json.</param>
    public static CommandProcess Of(byte[] containerSpec)
    {
        using var document = JsonDocument.Parse(containerSpec);
        var process = document.RootElement.GetProperty("process");
        return new CommandProcess(WriteCommon(process, terminal: false), WriteCommon(process, terminal: true));
    }

    public byte[] Write(IReadOnlyList<string> command, bool terminal)
    {
        var common = terminal ? _onTerminal : _plain;
        var buffer = new ArrayBufferWriter<byte>(common.Length + 1024);
        buffer.Write(common);
        buffer.Write(",\"args\":"u8);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var word in command)
                json.WriteStringValue(word);
            json.WriteEndArray();
        }

        buffer.Write("}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] WriteCommon(JsonElement process, bool terminal)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var property in process.EnumerateObject())
            {
                if (property.NameEquals("terminal") || property.NameEquals("args"))
                    continue;
                if (terminal && property.NameEquals("env"))
                    WriteEnvironment(json, property.Value);
                else
                    property.WriteTo(json);
            }

            json.WriteBoolean("terminal"u8, terminal);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan[..^1].ToArray();
    }

    /// <summary>Programs on a terminal look for its kind.</summary>
    private static void WriteEnvironment(Utf8JsonWriter json, JsonElement environment)
    {
        json.WriteStartArray("env"u8);
        foreach (var variable in environment.EnumerateArray())
            variable.WriteTo(json);
        if (!environment.EnumerateArray().Any(v => v.GetString()!.StartsWith(Term, StringComparison.Ordinal)))
            json.WriteStringValue(Term + "xterm");
        json.WriteEndArray();
    }
}
