using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Logs;

namespace LiteKube.Runtimes.Tests.Native;

public sealed class LogFormatTests
{
    [Theory]
    [InlineData("2026-01-02T03:04:05.123456789Z stdout F hello\n", OutputStream.Stdout, "hello\n")]
    [InlineData("2026-01-02T05:04:05.123456789+02:00 stderr F \n", OutputStream.Stderr, "\n")]
    [InlineData("2026-01-02T03:04:05.1234567Z stdout P piece\n", OutputStream.Stdout, "piece")]
    [InlineData("2026-01-02T01:34:05.1234567-01:30 stdout F\n", OutputStream.Stdout, "\n")]
    [InlineData("2026-01-02T03:04:05.1234567Z stdout P:more with space\n", OutputStream.Stdout, "with space")]
    public void A_line_has_time_stream_and_text(string line, OutputStream stream, string text)
    {
        Assert.True(CriLogLine.TryParse(Encoding.UTF8.GetBytes(line), out var entry));

        Assert.Equal(stream, entry.Stream);
        Assert.Equal(text, Encoding.UTF8.GetString(entry.Text.Span));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567), entry.Time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("hello\n")]
    [InlineData("2026-01-02T03:04:05Z\n")]
    [InlineData("2026-13-02T03:04:05Z stdout F x\n")]
    [InlineData("2026-01-02T03:04:05Z stdin F x\n")]
    [InlineData("2026-01-02T03:04:05Z stdout X x\n")]
    [InlineData("2026-01-02T03:04:05Z stdout \n")]
    [InlineData("2026-01-02T03:04:05+2:00 stdout F x\n")]
    public void What_is_no_line_of_a_log_is_known_as_such(string line) => Assert.False(CriLogLine.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "c\n")]
    [InlineData(2, "b\nc\n")]
    [InlineData(3, "a\nb\nc\n")]
    [InlineData(9, "a\nb\nc\n")]
    public void The_last_lines_are_found_over_several_files(int lines, string expected)
    {
        var directory = Directory.CreateTempSubdirectory("litekube-log-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "log.1"), "a\n");
            File.WriteAllText(Path.Combine(directory, "log"), "b\nc\n");
            var files = LogFiles.OpenAll(Path.Combine(directory, "log"));

            var (file, offset) = LogTail.Find(files, lines);

            var text = new StringBuilder();
            for (var i = file; i < files.Count; i++, offset = 0)
            {
                var bytes = new byte[100];
                text.Append(Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(files[i], bytes, offset)));
                files[i].Dispose();
            }

            Assert.Equal(expected, text.ToString());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Rotation_keeps_as_many_files_as_it_shall()
    {
        var directory = Directory.CreateTempSubdirectory("litekube-log-").FullName;
        try
        {
            var log = Path.Combine(directory, "log");
            for (var i = 0; i < 5; i++)
            {
                File.WriteAllText(log, $"{i}");
                LogFiles.Shift(log, 3);
            }

            File.WriteAllText(log, "5");
            Assert.Equal(["log", "log.1", "log.2"], Directory.GetFiles(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal("543", File.ReadAllText(log) + File.ReadAllText(log + ".1") + File.ReadAllText(log + ".2"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
