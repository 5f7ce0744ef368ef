using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Testing;

namespace LiteKube.Robustness.Tests.Hosting;

/// <summary>A server process on a data directory, to be killed. The executable that LITEKUBE names, or the API server of this assembly alone.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _kubeconfig;
    private readonly Uri _address;

    private ServerProcess(Process process, string kubeconfig, int port)
    {
        _process = process;
        _kubeconfig = kubeconfig;
        _address = new Uri($"https://127.0.0.1:{port}");
    }

    public static string? Executable { get; } = Environment.GetEnvironmentVariable("LITEKUBE") is { Length: > 0 } path && File.Exists(path) ? path : null;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="wrapper">Put before the command.</param>
    /// <param name="root">Where the files of the data directory are found by this process, if not where the server sees them.</param>
    /// <param name="killAfter">Kill it so long after its start, ready or not, instead of waiting until it is.</param>
    public static async Task<ServerProcess> StartAsync(string dataDirectory, string[]? wrapper = null, Func<int, string>? root = null, TimeSpan? killAfter = null)
    {
        var port = FreePort.Take();
        var kubeconfig = Path.Combine(dataDirectory, "kubeconfig.yaml");
        string[] command =
        [
            .. wrapper ?? [],
            .. Executable is { } litekube ? [litekube] : (string[])["dotnet", "exec", Assembly.GetExecutingAssembly().Location],
            "server", "--data-dir", dataDirectory, "--https-listen-port", port.ToString(CultureInfo.InvariantCulture), "--write-kubeconfig", kubeconfig,
            .. Executable is null ? [] : (string[])["--bind-address", "127.0.0.1", "--advertise-address", "192.0.2.7", "--disable-agent", "--log-level", "warning"],
        ];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in command.AsSpan(1))
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ServerProcess(process, (root?.Invoke(process.Id) ?? "") + kubeconfig, port);
        try
        {
            if (killAfter is { } moment)
            {
                await Task.Delay(moment);
                await server.KillAsync();
            }
            else
            {
                await server.ReadyAsync();
            }

            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"the server did not come up: {e.Message}\n{output}", e);
        }

        void Keep(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }

    public ApiClient Client()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [KubeconfigIdentity.Read(_kubeconfig)];
        return new ApiClient(new HttpClient(handler) { BaseAddress = _address, Timeout = s_limit });
    }

    /// <summary>SIGKILL, and nothing else.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(s_limit);
    }

    /// <summary>SIGTERM: an orderly stop.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(s_limit);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            if (_process.HasExited)
                throw new InvalidOperationException($"it ended with {_process.ExitCode}");
            try
            {
                using var client = Client();
                if ((await client.GetAsync("/readyz")).Code == 200)
                    return;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or UnauthorizedAccessException or FormatException or System.Security.Cryptography.CryptographicException)
            {
                // Not yet: there is no kubeconfig, or nobody listens.
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
