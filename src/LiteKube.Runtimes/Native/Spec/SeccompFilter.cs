using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>A container's seccomp profile in the engine's form.</summary>
internal static class SeccompFilter
{
    /// <param name="profile">RuntimeDefault, Unconfined, or a file; null for no profile, as the engine's default is none.</param>
    /// <exception cref="RuntimeException">CreateContainer: the file cannot be read or is no profile.</exception>
    public static ReadOnlyMemory<byte>? Of(string? profile, IReadOnlyList<string> capabilities)
    {
        if (profile is null or "" or "Unconfined")
            return null;
        if (profile == "RuntimeDefault")
            return Written(json => SeccompDefault.Write(json, capabilities));
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(profile));
            return Written(json => Translate(json, document.RootElement, capabilities));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new RuntimeException(RuntimeError.CreateContainer, $"cannot read the seccomp profile {profile}: {e.Message}", e);
        }
    }

    /// <summary>Profiles in files have conditions (on capabilities and architectures) and comments that the engine's form has not.</summary>
    private static void Translate(Utf8JsonWriter json, JsonElement profile, IReadOnlyList<string> capabilities)
    {
        json.WriteStartObject();
        Copy(json, profile, "defaultAction", "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata");
        json.WritePropertyName("architectures"u8);
        if (profile.TryGetProperty("architectures", out var architectures))
        {
            architectures.WriteTo(json);
        }
        else
        {
            json.WriteStartArray();
            foreach (var architecture in SeccompDefault.Architectures)
                json.WriteStringValue(architecture);
            json.WriteEndArray();
        }

        json.WriteStartArray("syscalls"u8);
        if (profile.TryGetProperty("syscalls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray().Where(c => Applies(c, capabilities)))
                WriteCall(json, call);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, JsonElement call)
    {
        json.WriteStartObject();
        if (call.TryGetProperty("names", out var names))
        {
            json.WritePropertyName("names"u8);
            names.WriteTo(json);
        }
        else if (call.TryGetProperty("name", out var name))
        {
            json.WriteStartArray("names"u8);
            name.WriteTo(json);
            json.WriteEndArray();
        }

        Copy(json, call, "action", "errnoRet");
        if (call.TryGetProperty("args", out var arguments) && arguments.ValueKind == JsonValueKind.Array)
        {
            json.WritePropertyName("args"u8);
            arguments.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static bool Applies(JsonElement call, IReadOnlyList<string> capabilities)
    {
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return !(call.TryGetProperty("includes", out var includes) && (Texts(includes, "caps").Any(c => !capabilities.Contains(c)) || Texts(includes, "arches") is { Count: > 0 } only && !only.Contains(machine)))
            && !(call.TryGetProperty("excludes", out var excludes) && (Texts(excludes, "caps").Any(capabilities.Contains) || Texts(excludes, "arches").Contains(machine)));
    }

    private static List<string> Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(e => e.GetString() ?? "")] : [];

    private static void Copy(Utf8JsonWriter json, JsonElement from, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return buffer.WrittenMemory;
    }
}
