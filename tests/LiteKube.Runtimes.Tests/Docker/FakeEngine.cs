using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace LiteKube.Runtimes.Tests.Docker;

internal sealed record EngineRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Without the version: <c>containers/create</c>.</summary>
    public string Route => Path.Split('?')[0].Split('/', 3)[^1];

    public JsonNode Json => JsonNode.Parse(Body)!;

    public override string ToString() => $"{Method} {Route}";
}

/// <summary>An HTTP server on a unix socket that answers what the test says, byte by byte. Every connection serves one request.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("engine").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public FakeEngine()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string SocketPath => Path.Combine(_directory, "docker.sock");

    public string Host => "unix://" + SocketPath;

    public string ApiVersion { get; set; } = "1.41";

    public ConcurrentQueue<EngineRequest> Requests { get; } = new();

    /// <summary>By method and route; a later one with the same replaces it.</summary>
    public ConcurrentDictionary<string, Func<EngineRequest, Stream, Task>> Handlers { get; } = new();

    public void On(string route, int status, string body) => Handlers[route] = (_, stream) => AnswerAsync(stream, status, body);

    /// <summary>One answer after the other; the last stays.</summary>
    public void OnEach(string route, params (int Status, string Body)[] answers)
    {
        var next = 0;
        Handlers[route] = (_, stream) =>
        {
            var (status, body) = answers[Math.Min(Interlocked.Increment(ref next) - 1, answers.Length - 1)];
            return AnswerAsync(stream, status, body);
        };
    }

    public static async Task AnswerAsync(Stream stream, int status, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        await WriteAsync(stream, $"HTTP/1.1 {status.ToString(CultureInfo.InvariantCulture)} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {bytes.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n");
        await stream.WriteAsync(bytes);
    }

    public static Task WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <summary>A frame of output as the engine sends it.</summary>
    public static byte[] Frame(int stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)stream, 0, 0, 0, (byte)(bytes.Length >> 24), (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var request = await ReadAsync(stream, _stop.Token);
            if (request is null)
                return;
            if (request.Path == "/_ping")
            {
                await WriteAsync(stream, $"HTTP/1.1 200 OK\r\nApi-Version: {ApiVersion}\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK");
                return;
            }

            Requests.Enqueue(request);
            await (Handlers.TryGetValue(request.ToString(), out var handler) ? handler(request, stream) : AnswerAsync(stream, 500, $$"""{"message":"no answer for {{request}}"}"""));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went, or the test is over.
        }
    }

    private static async Task<EngineRequest?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, cancellationToken);
        var first = lines[0].Split(' ');
        return new EngineRequest(first[0], first[1], headers, body);
    }
}
