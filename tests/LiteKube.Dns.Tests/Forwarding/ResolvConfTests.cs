using System.Net;
using LiteKube.Dns.Forwarding;

namespace LiteKube.Dns.Tests.Forwarding;

public sealed class ResolvConfTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Loopback_resolvers_and_this_server_are_left_out()
    {
        File.WriteAllText(_path, "# comment\nsearch example.org\nnameserver 127.0.0.53\nnameserver 10.43.0.10\nnameserver\t192.0.2.53 \nnameserver ::1\nnameserver 2001:db8::53\nnameserver nonsense\n");

        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53), new IPEndPoint(IPAddress.Parse("2001:db8::53"), 53)], new ResolvConf(new DnsOptions { ResolvConf = _path }, TimeProvider.System).Servers());
    }

    [Fact]
    public void A_changed_file_is_read_again()
    {
        File.WriteAllText(_path, "nameserver 192.0.2.53\n");
        var time = new JumpingTime();
        var servers = new ResolvConf(new DnsOptions { ResolvConf = _path }, time);
        Assert.Equal("192.0.2.53", servers.Servers()[0].Address.ToString());

        File.WriteAllText(_path, "nameserver 192.0.2.54\n");
        File.SetLastWriteTimeUtc(_path, File.GetLastWriteTimeUtc(_path).AddSeconds(1));
        time.Jump();

        Assert.Equal("192.0.2.54", servers.Servers()[0].Address.ToString());
    }

    private sealed class JumpingTime : TimeProvider
    {
        private long _now = 1;

        public override long GetTimestamp() => _now;

        internal void Jump() => _now += TimestampFrequency * 60;
    }
}
