using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace LiteKube.Node.Tests.Server;

/// <summary>Just enough of a SPDY/3.1 client, written apart from the server's code: sends frames as told, and sorts what comes by stream.</summary>
internal sealed class SpdyTestClient(Stream transport) : IAsyncDisposable
{
    /// <summary>zlib's output for the dictionary of SPDY/3, which a first header block starts with: method and flags, and the dictionary's Adler-32.</summary>
    private static readonly byte[] ZlibStart = [0x78, 0xBB, 0xE3, 0xC6, 0xA7, 0xC2];

    private readonly Dictionary<int, MemoryStream> _data = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _headersSent;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HashSet<int> Replied { get; } = [];

    public HashSet<int> Finished { get; } = [];

    public Dictionary<int, int> Resets { get; } = [];

    public List<int> Pongs { get; } = [];

    public Dictionary<int, long> WindowUpdates { get; } = [];

    public int? GoAwayStatus { get; private set; }

    public bool Closed { get; private set; }

    /// <summary>Sends the upgrade and reads the answer's head.</summary>
    public static async Task<(SpdyTestClient Client, string Head)> UpgradeAsync(SslStream tls, string path, params string[] protocols)
    {
        var request = new StringBuilder($"POST /{path} HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n");
        foreach (var protocol in protocols)
            request.Append($"X-Stream-Protocol-Version: {protocol}\r\n");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(one) == 1)
            head.Append((char)one[0]);
        return (new SpdyTestClient(tls), head.ToString());
    }

    public void Start() => _reading = ReadAsync();

    public Task OpenAsync(int id, params (string Name, string Value)[] headers)
    {
        using var block = new MemoryStream();
        WriteNumber(block, headers.Length);
        foreach (var (name, value) in headers)
        {
            WriteText(block, name);
            WriteText(block, value);
        }

        return OpenRawAsync(id, Stored(block.ToArray()));
    }

    /// <summary>With a header block as it goes over the wire.</summary>
    public Task OpenRawAsync(int id, byte[] compressed)
    {
        byte[] body = [.. Number(id), .. Number(0), 0, 0, .. compressed];
        return SendAsync([0x80, 3, 0, 1, 0, .. Number(body.Length)[1..], .. body]);
    }

    public Task SendDataAsync(int id, ReadOnlySpan<byte> data, bool fin = false) => SendAsync([.. Number(id), fin ? (byte)1 : (byte)0, .. Number(data.Length)[1..], .. data]);

    public Task SendControlAsync(int type, params int[] numbers) => SendAsync([0x80, 3, 0, (byte)type, 0, .. Number(numbers.Length * 4)[1..], .. numbers.SelectMany(Number)]);

    public string Text(int id) => Encoding.UTF8.GetString(Data(id));

    public byte[] Data(int id)
    {
        lock (_data)
            return _data.TryGetValue(id, out var data) ? data.ToArray() : [];
    }

    public async Task WaitAsync(Func<SpdyTestClient, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            Task progress;
            lock (_data)
            {
                if (condition(this))
                    return;
                if (Closed)
                    throw new InvalidOperationException("the connection was closed before it came to that");
                progress = _progress.Task;
            }

            await progress.WaitAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await transport.DisposeAsync();
        await _reading;
        _writing.Dispose();
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static void WriteNumber(MemoryStream target, int value) => target.Write(Number(value));

    private static void WriteText(MemoryStream target, string text)
    {
        WriteNumber(target, text.Length);
        target.Write(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>Deflate's stored block.</summary>
    private byte[] Stored(byte[] block)
    {
        var start = _headersSent ? [] : ZlibStart;
        _headersSent = true;
        return [.. start, 0, (byte)block.Length, (byte)(block.Length >> 8), (byte)~block.Length, (byte)(~block.Length >> 8), .. block];
    }

    private async Task SendAsync(byte[] frame)
    {
        await _writing.WaitAsync();
        try
        {
            await transport.WriteAsync(frame);
            await transport.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var header = new byte[8];
            while (await transport.ReadAtLeastAsync(header, 8, throwOnEndOfStream: false) == 8)
            {
                var body = new byte[(header[5] << 16) | (header[6] << 8) | header[7]];
                await transport.ReadExactlyAsync(body);
                lock (_data)
                {
                    Sort(header, body);
                    Progress();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed: noted below.
        }

        lock (_data)
        {
            Closed = true;
            Progress();
        }
    }

    private void Progress()
    {
        var progress = _progress;
        _progress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        progress.SetResult();
    }

    private void Sort(byte[] header, byte[] body)
    {
        if ((header[0] & 0x80) == 0)
        {
            var id = BinaryPrimitives.ReadInt32BigEndian(header);
            if (!_data.TryGetValue(id, out var data))
                _data[id] = data = new MemoryStream();
            data.Write(body);
            if ((header[4] & 1) != 0)
                Finished.Add(id);
            return;
        }

        var first = BinaryPrimitives.ReadInt32BigEndian(body);
        var second = body.Length >= 8 ? BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(4)) : 0;
        switch (header[3])
        {
            case 2:
                Replied.Add(first);
                break;
            case 3:
                Resets[first] = second;
                break;
            case 6:
                Pongs.Add(first);
                break;
            case 7:
                GoAwayStatus = second;
                break;
            case 9:
                WindowUpdates[first] = WindowUpdates.GetValueOrDefault(first) + second;
                break;
        }
    }
}
