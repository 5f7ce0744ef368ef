using System.Text.Json;
using LiteKube.Network.Netlink;

namespace LiteKube.Network.Cni;

/// <summary>
/// Settings under /proc/sys/net that the pod network needs. What was there before is noted on disk first, so that cleanup can put it back.
/// </summary>
internal sealed class KernelSettings(string stateDirectory, IHostNamespace host)
{
    private const string Root = "/proc/sys/net/";
    private readonly string _path = Path.Combine(stateDirectory, "kernel-settings.json");

    /// <summary>For interfaces of LiteKube's own: the setting goes with the interface, nothing is noted.</summary>
    internal void SetOfInterface(string name, string setting, string value) => host.Run(() =>
    {
        SetHere($"ipv4/conf/{name}/{setting}", value);
        return true;
    });

    /// <summary>In the network namespace of the calling thread.</summary>
    internal static void SetHere(string name, string value)
    {
        var path = Root + name;
        if (!File.Exists(path) || Read(path) == value)
            return;
        try
        {
            File.WriteAllText(path, value);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"cannot set {path} to {value}: {e.Message}. LiteKube needs to run as root with a writable /proc/sys", e);
        }
    }

    /// <summary>What the host must do for its pods to reach anything.</summary>
    internal void PrepareHost()
    {
        SetAndRemember("ipv4/ip_forward", "1");
        // Services lead back out of the interface that packets came in by. A redirect for each would use up the allowance of ICMP messages to the pod,
        // and refusals and "fragmentation needed" would then be lost.
        SetAndRemember("ipv4/conf/all/send_redirects", "0");
    }

    /// <summary>Lets 127.0.0.1 be translated to a pod's address. The rules that guard the loopback must be in force.</summary>
    internal void OpenLoopback() => SetAndRemember("ipv4/conf/all/route_localnet", "1");

    /// <summary>For settings of the host.</summary>
    private void SetAndRemember(string name, string value) => host.Run(() =>
    {
        var path = Root + name;
        if (!File.Exists(path))
            throw new IOException($"{path} does not exist: the kernel lacks IPv4 networking features that LiteKube needs");
        var before = Read(path);
        if (before == value)
            return true;
        var known = Load();
        if (known.TryAdd(name, before))
            Save(known);
        SetHere(name, value);
        return true;
    });

    internal void Restore() => host.Run(() =>
    {
        foreach (var (name, value) in Load())
            SetHere(name, value);
        if (File.Exists(_path))
            File.Delete(_path);
        return true;
    });

    private static string Read(string path) => File.ReadAllText(path).Trim();

    private Dictionary<string, string> Load()
    {
        if (!File.Exists(_path))
            return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(_path));
        return document.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
    }

    private void Save(Dictionary<string, string> known)
    {
        Directory.CreateDirectory(stateDirectory);
        using (var stream = File.Create(_path + ".new"))
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in known)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        File.Move(_path + ".new", _path, overwrite: true);
    }
}
