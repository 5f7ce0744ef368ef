using System.Net;

namespace LiteKube.Dns.Forwarding;

/// <summary>
/// The upstream servers that the host itself uses. Looked at again when a question needs them, at most once a second; read again only when the file changed.
/// A host whose only resolver is a local stub of systemd-resolved names the real ones in another file.
/// </summary>
internal sealed class ResolvConf(DnsOptions options, TimeProvider time)
{
    private const int DnsPort = 53;
    private const string SystemdResolved = "/run/systemd/resolve/resolv.conf";
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _looked;
    private (DateTime Main, DateTime Systemd)? _stamp;
    private IReadOnlyList<IPEndPoint> _servers = [];

    internal IReadOnlyList<IPEndPoint> Servers()
    {
        if (options.Upstreams.Count > 0)
            return options.Upstreams;
        lock (_gate)
        {
            if (_stamp is not null && time.GetElapsedTime(_looked) < s_interval)
                return _servers;
            _looked = time.GetTimestamp();
            var stamp = (File.GetLastWriteTimeUtc(options.ResolvConf), File.GetLastWriteTimeUtc(SystemdResolved));
            if (stamp == _stamp)
                return _servers;
            _stamp = stamp;
            var servers = Read(options.ResolvConf, out var named);
            if (servers.Count == 0 && named)
                servers = Read(SystemdResolved, out _);
            return _servers = servers;
        }
    }

    /// <param name="named">The file names servers, usable or not.</param>
    private IReadOnlyList<IPEndPoint> Read(string path, out bool named)
    {
        try
        {
            var all = Parse(File.ReadLines(path)).ToList();
            named = all.Count > 0;
            return [.. all.Where(address => !IPAddress.IsLoopback(address) && !address.Equals(options.Address)).Select(address => new IPEndPoint(address, DnsPort))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No file, no upstreams: names outside the cluster are then refused at once.
            named = false;
            return [];
        }
    }

    internal static IEnumerable<IPAddress> Parse(IEnumerable<string> lines) =>
        from line in lines
        let words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
        where words.Length >= 2 && words[0] == "nameserver"
        let address = IPAddress.TryParse(words[1], out var parsed) ? parsed : null
        where address is not null
        select address;
}
