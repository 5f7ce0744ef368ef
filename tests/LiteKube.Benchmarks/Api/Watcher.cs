using System.Buffers.Text;
using System.Diagnostics;

namespace LiteKube.Benchmarks.Api;

/// <summary>Reads one watch as it comes and notes when each marked write was seen. Parses nothing but the mark.</summary>
internal sealed class Watcher(int writes)
{
    private static ReadOnlySpan<byte> Mark => "\"bench-seq\":\""u8;

    private readonly long[] _seen = new long[writes];

    public int Count { get; private set; }

    public long Seen(int write) => _seen[write];

    public async Task<HttpResponseMessage> OpenAsync(HttpClient http, string path)
    {
        var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        return answer.EnsureSuccessStatusCode();
    }

    /// <summary>Until every write was seen, or the server ends the watch.</summary>
    public async Task ReadAsync(HttpResponseMessage answer)
    {
        using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 << 10];
        var filled = 0;
        while (Count < writes)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
                return;
            filled += read;
            var start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                Note(buffer.AsSpan(start, length));
                start += length + 1;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private void Note(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf(Mark);
        if (at < 0 || !Utf8Parser.TryParse(line[(at + Mark.Length)..], out int write, out _) || write >= writes || _seen[write] != 0)
            return;
        _seen[write] = Stopwatch.GetTimestamp();
        Count++;
    }
}
