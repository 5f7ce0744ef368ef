using System.Security.Cryptography;
using System.Text;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>
/// A connection on which each value of a repeated header gets a line of its own. HttpClient writes such values into one line with commas between, which HTTP
/// allows, but Kubernetes' servers read a line of X-Remote-Group as one group. So what stands between two values is a mark that only this process knows, and on
/// the way out it becomes the end of a line. HttpClient writes the head of an HTTP/1.1 request in one piece; were it ever to cut a mark in two, the far end
/// would refuse the control character: no request is taken for somebody else's.
/// </summary>
internal sealed class HeaderLines(Stream inner) : Stream
{
    private static readonly string s_mark = "\u0001" + RandomNumberGenerator.GetHexString(32);
    private static readonly byte[] s_markBytes = Encoding.ASCII.GetBytes(s_mark);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>One header value that becomes as many lines as there are values.</summary>
    public static string Join(string name, IEnumerable<string> values) => string.Join($"{s_mark}{name}: ", values);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(WithLines(buffer), cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(WithLines(buffer.AsMemory(offset, count)).Span);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private static ReadOnlyMemory<byte> WithLines(ReadOnlyMemory<byte> written)
    {
        var rest = written.Span;
        var mark = rest.IndexOf(s_markBytes);
        if (mark < 0)
            return written;
        using var lines = new MemoryStream(written.Length);
        for (; mark >= 0; mark = rest.IndexOf(s_markBytes))
        {
            lines.Write(rest[..mark]);
            lines.Write("\r\n"u8);
            rest = rest[(mark + s_markBytes.Length)..];
        }

        lines.Write(rest);
        return lines.ToArray();
    }
}
