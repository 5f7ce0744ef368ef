using System.Text;
using LiteKube.ApiServer.Audit;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Audit;

public sealed class RotatingFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-audit-").FullName;
    private readonly FakeTime _time = new();

    [Fact]
    public void A_full_file_is_put_aside_and_old_ones_go()
    {
        var path = Path.Combine(_directory, "audit.log");
        using (var file = new RotatingFile(path, 100, TimeSpan.FromDays(1), 2, _time))
        {
            for (var i = 0; i < 10; i++)
            {
                file.Write(Encoding.ASCII.GetBytes($"{i}{new string('x', 58)}\n"));
                _time.Advance(TimeSpan.FromHours(1));
            }
        }

        Assert.StartsWith("9", File.ReadAllText(path), StringComparison.Ordinal);
        var aside = Directory.GetFiles(_directory, "audit-*.log").Order().ToArray();
        Assert.Equal(2, aside.Length);
        Assert.StartsWith("7", File.ReadAllText(aside[0]), StringComparison.Ordinal);
        Assert.EndsWith("audit-2030-01-01T09-00-00.000.log", aside[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Files_beyond_their_age_go_and_others_are_not_touched()
    {
        var path = Path.Combine(_directory, "audit.log");
        File.WriteAllText(Path.Combine(_directory, "audit-notes.log"), "mine");
        using var file = new RotatingFile(path, 10, TimeSpan.FromHours(2), 0, _time);
        for (var i = 0; i < 6; i++)
        {
            file.Write("0123456789"u8);
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(4, Directory.GetFiles(_directory, "audit-*.log").Length);
        Assert.True(File.Exists(Path.Combine(_directory, "audit-notes.log")));
    }

    [Fact]
    public void What_was_there_is_added_to()
    {
        var path = Path.Combine(_directory, "deep", "audit.log");
        using (var file = new RotatingFile(path, 1000, null, 0, _time))
            file.Write("one\n"u8);
        using (var file = new RotatingFile(path, 1000, null, 0, _time))
            file.Write("two\n"u8);

        Assert.Equal("one\ntwo\n", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
