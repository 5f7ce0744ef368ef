using System.Diagnostics;
using System.Runtime.ExceptionServices;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Decompresses zstd by the program of that name. What it cannot read ends in its own words.</summary>
internal sealed class ZstdProgram : Stream
{
    private const int CopyAtOnce = 64 << 10;

    private static readonly string[] s_directories = ["/usr/local/bin", "/usr/bin", "/bin"];

    private readonly Process _process;
    private readonly Stream _source;
    private readonly Stream _output;
    private readonly Task<string> _errors;
    private readonly Task _feeding;
    private ExceptionDispatchInfo? _sourceFault;
    private bool _ended;

    private ZstdProgram(Process process, Stream source)
    {
        _process = process;
        _source = source;
        _output = process.StandardOutput.BaseStream;
        _errors = process.StandardError.ReadToEndAsync();
        _feeding = Task.Factory.StartNew(Feed, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The source is disposed with it.</summary>
    public static Stream Open(Stream source)
    {
        var program = s_directories.Select(d => Path.Combine(d, "zstd")).FirstOrDefault(File.Exists)
            ?? throw new RuntimeException(RuntimeError.ImagePull, "the image has a layer compressed with zstd, and the program zstd is not installed: install the package zstd (apt-get install zstd, dnf install zstd, apk add zstd)");

        // Without the limit a frame could ask for gigabytes of memory.
        var start = new ProcessStartInfo(program, ["-d", "-c", "-q", "-f", "--memory=128MB"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return new ZstdProgram(Process.Start(start) ?? throw new IOException($"{program} did not start"), source);
    }

    public override int Read(Span<byte> buffer)
    {
        var count = _output.Read(buffer);
        if (count == 0 && buffer.Length > 0 && !_ended)
        {
            _ended = true;
            _process.WaitForExit();
            _feeding.Wait();
            _sourceFault?.Throw();
            if (_process.ExitCode != 0)
                throw LayerRefusal.Because($"zstd cannot decompress it ({_errors.GetAwaiter().GetResult().Trim()})");
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_process.HasExited)
                _process.Kill();

            // Nobody reads the source any more when this is over.
            _feeding.Wait();
            _process.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Feed()
    {
        using var input = _process.StandardInput.BaseStream;
        var buffer = new byte[CopyAtOnce];
        try
        {
            int count;
            while ((count = _source.Read(buffer)) > 0)
            {
                if (!TryWrite(input, buffer.AsSpan(0, count)))
                    return;
            }
        }
        catch (Exception e)
        {
            // Whoever reads gets it.
            _sourceFault = ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>False where the program has ended: its exit code and its words say why.</summary>
    private static bool TryWrite(Stream input, ReadOnlySpan<byte> bytes)
    {
        try
        {
            input.Write(bytes);
            input.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
