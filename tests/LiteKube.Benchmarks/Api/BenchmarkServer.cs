using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using LiteKube.Testing;

namespace LiteKube.Benchmarks.Api;

/// <summary>The published executable serving the API on loopback, as a process whose processor time, memory and writes can be read.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _kubeconfig;
    private readonly Uri _address;

    private BenchmarkServer(Process process, string kubeconfig, int port)
    {
        _process = process;
        _kubeconfig = kubeconfig;
        _address = new Uri($"https://127.0.0.1:{port}");
    }

    public static async Task<BenchmarkServer> StartAsync(string directory)
    {
        var port = FreePort.Take();
        var kubeconfig = Path.Combine(directory, "kubeconfig.yaml");
        var executable = Environment.GetEnvironmentVariable("LITEKUBE") ?? throw new InvalidOperationException("LITEKUBE does not name the executable");
        string[] arguments =
        [
            "server", "--disable-agent", "--data-dir", directory, "--https-listen-port", port.ToString(CultureInfo.InvariantCulture), "--write-kubeconfig", kubeconfig,
            "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--log-level", "error",
        ];
        var server = new BenchmarkServer(Process.Start(executable, arguments), kubeconfig, port);
        var started = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = server.Client();
                using var answer = await client.GetAsync("/readyz");
                if (answer.IsSuccessStatusCode)
                    return server;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or FormatException && started.Elapsed < s_limit)
            {
                // Not yet.
            }

            await Task.Delay(20);
        }
    }

    public double ResidentMegabytes => Field("status", "VmRSS:") / 1024;

    public double WrittenBytes => Field("io", "write_bytes:");

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>A client with connections of its own: one, and more only when its streams are used up.</summary>
    public HttpClient Client()
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 4 << 20,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true, ClientCertificates = [KubeconfigIdentity.Read(_kubeconfig)] },
        };
        return new HttpClient(handler)
        {
            BaseAddress = _address,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private double Field(string file, string name) => double.Parse(
        File.ReadLines($"/proc/{_process.Id}/{file}").First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
