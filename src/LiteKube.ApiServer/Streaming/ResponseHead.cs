using System.Globalization;
using System.Text;

namespace LiteKube.ApiServer.Streaming;

/// <summary>The status line and headers of a backend's answer, and what was read past them.</summary>
internal sealed record ResponseHead(int StatusCode, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Rest)
{
    private const int Longest = 64 * 1024;

    /// <exception cref="IOException">Not HTTP, or cut off.</exception>
    public static async ValueTask<ResponseHead> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= Longest)
                    throw new IOException("the backend's answer has no end of headers");
                Array.Resize(ref buffer, length * 2);
            }

            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                throw new IOException("the backend closed the connection before it answered");
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return Parse(Encoding.Latin1.GetString(buffer, 0, end), buffer.AsMemory(end + 4, length - end - 4));
        }
    }

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static ResponseHead Parse(string head, ReadOnlyMemory<byte> rest)
    {
        var lines = head.Split("\r\n");
        var words = lines[0].Split(' ', 3);
        if (words.Length < 2 || !words[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new IOException("the backend does not speak HTTP");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':');
            if (colon > 0)
                headers.Add(KeyValuePair.Create(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }

        return new ResponseHead(status, headers, rest);
    }
}
