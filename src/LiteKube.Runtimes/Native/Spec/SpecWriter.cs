using System.Buffers;
using System.Text.Json;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>The engine's config.json: the OCI runtime specification, 1.0, for Linux.</summary>
internal static class SpecWriter
{
    private static readonly string[] s_masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] s_readOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static byte[] Write(ContainerSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>(8192);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion"u8, "1.0.2"u8);
            WriteProcess(json, spec);
            json.WriteStartObject("root"u8);
            json.WriteString("path"u8, spec.Root);
            json.WriteBoolean("readonly"u8, spec.ReadOnlyRoot);
            json.WriteEndObject();
            json.WriteStartArray("mounts"u8);
            foreach (var mount in spec.Mounts)
                WriteMount(json, mount);
            json.WriteEndArray();
            json.WriteStartObject("annotations"u8);
            foreach (var (name, value) in spec.Annotations)
                json.WriteString(name, value);
            json.WriteEndObject();
            WriteLinux(json, spec);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteProcess(Utf8JsonWriter json, ContainerSpec spec)
    {
        json.WriteStartObject("process"u8);
        json.WriteBoolean("terminal"u8, spec.Terminal);
        json.WriteStartObject("user"u8);
        json.WriteNumber("uid"u8, spec.User.User);
        json.WriteNumber("gid"u8, spec.User.Group);
        json.WriteStartArray("additionalGids"u8);
        foreach (var group in spec.User.SupplementalGroups)
            json.WriteNumberValue(group);
        json.WriteEndArray();
        json.WriteEndObject();
        WriteTexts(json, "args"u8, spec.Arguments);
        WriteTexts(json, "env"u8, spec.Environment);
        json.WriteString("cwd"u8, spec.WorkingDirectory);
        json.WriteStartObject("capabilities"u8);
        WriteTexts(json, "bounding"u8, spec.Capabilities);
        WriteTexts(json, "effective"u8, spec.Capabilities);
        WriteTexts(json, "permitted"u8, spec.Capabilities);
        json.WriteEndObject();
        json.WriteBoolean("noNewPrivileges"u8, spec.NoNewPrivileges);
        json.WriteNumber("oomScoreAdj"u8, spec.OomScoreAdjust);
        if (spec.AppArmorProfile is { } profile)
            json.WriteString("apparmorProfile"u8, profile);
        if (spec.OpenFiles > 0)
        {
            json.WriteStartArray("rlimits"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "RLIMIT_NOFILE"u8);
            json.WriteNumber("hard"u8, spec.OpenFiles);
            json.WriteNumber("soft"u8, spec.OpenFiles);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteLinux(Utf8JsonWriter json, ContainerSpec spec)
    {
        json.WriteStartObject("linux"u8);
        json.WriteString("cgroupsPath"u8, spec.Cgroup);
        json.WriteStartArray("namespaces"u8);
        foreach (var (kind, path) in spec.Namespaces)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, kind);
            if (path.Length > 0)
                json.WriteString("path"u8, path);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (spec.RootPropagation is { } propagation)
            json.WriteString("rootfsPropagation"u8, propagation);
        if (!spec.Privileged && !spec.UnmaskedProc)
        {
            WriteTexts(json, "maskedPaths"u8, s_masked);
            WriteTexts(json, "readonlyPaths"u8, s_readOnly);
        }

        json.WriteStartArray("devices"u8);
        foreach (var device in spec.Devices)
            WriteDevice(json, device);
        json.WriteEndArray();
        if (spec.Seccomp is { } seccomp)
        {
            json.WritePropertyName("seccomp"u8);
            json.WriteRawValue(seccomp.Span);
        }

        json.WritePropertyName("resources"u8);
        ResourceWriter.Write(json, spec);
        json.WriteEndObject();
    }

    private static void WriteMount(Utf8JsonWriter json, SpecMount mount)
    {
        json.WriteStartObject();
        json.WriteString("destination"u8, mount.Destination);
        json.WriteString("type"u8, mount.Type);
        json.WriteString("source"u8, mount.Source);
        WriteTexts(json, "options"u8, mount.Options);
        json.WriteEndObject();
    }

    private static void WriteDevice(Utf8JsonWriter json, SpecDevice device)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, device.Path);
        json.WriteString("type"u8, device.Type.ToString());
        json.WriteNumber("major"u8, device.Major);
        json.WriteNumber("minor"u8, device.Minor);
        json.WriteNumber("fileMode"u8, device.Mode);
        json.WriteNumber("uid"u8, device.User);
        json.WriteNumber("gid"u8, device.Group);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
