using System.Net;
using System.Text.Json;
using LiteKube.Network.Cni;

namespace LiteKube.Network.Ipam;

/// <summary>
/// Which sandbox has which address, on disk. Replaced whole by rename, so a killed litekube leaves the old or the new file, never half of one.
/// Not synced: after a power loss no sandbox is left that could own an address, and the boot id in the file says so.
/// </summary>
internal sealed class AttachmentFile(string directory, string bootId)
{
    private readonly string _path = Path.Combine(directory, "pods.json");

    internal static string CurrentBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Empty where there is no file. Attachments of an earlier boot, or of a file that cannot be read, are dropped.</summary>
    internal AttachmentState Load(out string? damage)
    {
        damage = null;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(_path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return AttachmentState.Empty;
        }

        try
        {
            return Read(bytes);
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            damage = e.Message;
            return AttachmentState.Empty;
        }
    }

    internal void Save(AttachmentState state)
    {
        Directory.CreateDirectory(directory);
        var temporary = _path + ".new";
        using (var stream = File.Create(temporary))
        using (var writer = new Utf8JsonWriter(stream))
            Write(writer, state);
        File.Move(temporary, _path, overwrite: true);
    }

    private AttachmentState Read(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        var podCidr = root.TryGetProperty("podCIDR", out var cidr) ? IPNetwork.Parse(cidr.GetString()!) : (IPNetwork?)null;
        if (root.GetProperty("bootID").GetString() != bootId)
            return new AttachmentState(podCidr, null, []);
        var last = root.TryGetProperty("last", out var given) ? IPAddress.Parse(given.GetString()!) : null;
        var pods = root.GetProperty("pods").EnumerateArray().Select(pod => new PodAttachment(
            pod.GetProperty("sandbox").GetString()!,
            pod.GetProperty("namespace").GetString()!,
            pod.GetProperty("name").GetString()!,
            IPAddress.Parse(pod.GetProperty("address").GetString()!),
            [.. pod.GetProperty("hostPorts").EnumerateArray().Select(port => new PodHostPort(
                port.GetProperty("protocol").GetString()!,
                port.GetProperty("port").GetInt32(),
                port.GetProperty("containerPort").GetInt32(),
                port.TryGetProperty("hostIP", out var hostIP) ? hostIP.GetString() : null))]));
        return new AttachmentState(podCidr, last, [.. pods]);
    }

    private void Write(Utf8JsonWriter writer, AttachmentState state)
    {
        writer.WriteStartObject();
        writer.WriteString("bootID", bootId);
        if (state.PodCidr is { } cidr)
            writer.WriteString("podCIDR", cidr.ToString());
        if (state.Last is not null)
            writer.WriteString("last", state.Last.ToString());
        writer.WriteStartArray("pods");
        foreach (var pod in state.Pods)
        {
            writer.WriteStartObject();
            writer.WriteString("sandbox", pod.SandboxId);
            writer.WriteString("namespace", pod.Namespace);
            writer.WriteString("name", pod.Name);
            writer.WriteString("address", pod.Address.ToString());
            writer.WriteStartArray("hostPorts");
            foreach (var port in pod.HostPorts)
            {
                writer.WriteStartObject();
                writer.WriteString("protocol", port.Protocol);
                writer.WriteNumber("port", port.Port);
                writer.WriteNumber("containerPort", port.ContainerPort);
                if (port.HostIP is not null)
                    writer.WriteString("hostIP", port.HostIP);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
