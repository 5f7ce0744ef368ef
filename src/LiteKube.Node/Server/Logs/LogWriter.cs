using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Server.Logs;

/// <summary>Writes log entries as the client asked for them: perhaps with times, perhaps one stream, perhaps cut off at a number of bytes.</summary>
internal sealed class LogWriter(PipeWriter target, LogRequest request)
{
    /// <summary>Written without a flush in between while entries come at once.</summary>
    private const int FlushAt = 32 * 1024;

    private readonly bool[] _withinLine = new bool[3];
    private long _left = request.LimitBytes ?? long.MaxValue;
    private int _unflushed;

    public async Task CopyAsync(IAsyncEnumerable<LogEntry> entries, CancellationToken cancellationToken)
    {
        await using var reading = entries.GetAsyncEnumerator(cancellationToken);
        while (_left > 0)
        {
            var next = reading.MoveNextAsync();
            if (!next.IsCompleted && _unflushed > 0)
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            if (!await next.ConfigureAwait(false))
                break;
            Write(reading.Current);
            if (_unflushed >= FlushAt)
                await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Write(in LogEntry entry)
    {
        if (request.Stream is { } only && entry.Stream != only)
            return;
        var text = entry.Text.Span;
        ref var withinLine = ref _withinLine[(int)entry.Stream];
        if (request.Timestamps && !withinLine)
            Put(Encoding.ASCII.GetBytes(entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z '", CultureInfo.InvariantCulture)));
        Put(text);
        withinLine = text.Length > 0 && text[^1] != '\n';
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        var count = (int)Math.Min(bytes.Length, _left);
        target.Write(bytes[..count]);
        _left -= count;
        _unflushed += count;
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _unflushed = 0;
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
