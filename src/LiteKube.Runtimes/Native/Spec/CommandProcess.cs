using System.Buffers;
using System.Text.Json;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>
/// A command as the container's own process but for what it runs. Engines differ in what they take of the container where they are given no more than
/// words: crun forgets the user, the groups and no_new_privs.
/// </summary>
internal static class CommandProcess
{
    private const string Term = "TERM=";

    /// <param name="containerSpec">The container's config.json.</param>
    public static byte[] Write(byte[] containerSpec, IReadOnlyList<string> command, bool terminal)
    {
        using var document = JsonDocument.Parse(containerSpec);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var property in document.RootElement.GetProperty("process").EnumerateObject())
            {
                if (property.NameEquals("terminal") || property.NameEquals("args"))
                    continue;
                if (terminal && property.NameEquals("env"))
                    WriteEnvironment(json, property.Value);
                else
                    property.WriteTo(json);
            }

            json.WriteBoolean("terminal"u8, terminal);
            json.WriteStartArray("args"u8);
            foreach (var word in command)
                json.WriteStringValue(word);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
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
