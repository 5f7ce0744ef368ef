using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Audit;

/// <summary>
/// Writes audit events behind the requests. They wait in a bounded buffer; where the disk cannot keep up for so long that it is full, events are left out
/// and counted, and requests go on.
/// </summary>
internal sealed partial class AuditLog(ApiServerOptions options, TimeProvider time, ILogger<AuditLog> log) : IHostedService, IDisposable
{
    private const int Capacity = 10_000;

    private readonly Channel<byte[]> _events = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly long[] _counts = new long[(int)AuditLevel.RequestResponse + 1];
    private readonly RotatingFile? _file = options.Audit is { } audit && audit.LogPath != "-" ? new RotatingFile(audit.LogPath, audit.MaxBytes, audit.MaxAge, audit.MaxBackups, time) : null;
    private Task _writing = Task.CompletedTask;
    private long _lost;

    /// <summary>Events that found the buffer full, or that the disk did not take.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public long Count(AuditLevel level) => Interlocked.Read(ref _counts[(int)level]);

    public void Add(byte[] line, AuditLevel level)
    {
        Interlocked.Increment(ref _counts[(int)level]);
        if (!_events.Writer.TryWrite(line) && Interlocked.Increment(ref _lost) == 1)
            LosingEvents(log, Capacity);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Audit is not null)
            _writing = Task.Run(WriteAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Writes what is left. Stopped after the server, so that nothing comes later.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _events.Writer.TryComplete();
        await _writing.WaitAsync(cancellationToken);
    }

    public void Dispose() => _file?.Dispose();

    private async Task WriteAsync()
    {
        var output = _file is null ? Console.OpenStandardOutput() : null;
        while (await _events.Reader.WaitToReadAsync())
        {
            while (_events.Reader.TryRead(out var line))
                Write(output, line);
            Flush(output);
        }
    }

    private void Write(Stream? output, byte[] line)
    {
        try
        {
            if (_file is not null)
                _file.Write(line);
            else
                output!.Write(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(e.Message);
        }
    }

    private void Flush(Stream? output)
    {
        try
        {
            _file?.Flush();
            output?.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(e.Message);
        }
    }

    private void Failed(string error)
    {
        if (Interlocked.Increment(ref _lost) == 1)
            NotWritten(log, options.Audit!.LogPath, error);
    }

    [LoggerMessage(LogLevel.Warning, "The audit log falls behind by more than {Capacity} events: events are left out until it has caught up (apiserver_audit_error_total counts them)")]
    private static partial void LosingEvents(ILogger log, int capacity);

    [LoggerMessage(LogLevel.Error, "The audit log {Path} cannot be written: {Error}. Events are left out (apiserver_audit_error_total counts them)")]
    private static partial void NotWritten(ILogger log, string path, string error);
}
