namespace LiteKube.Store.Tests.Crash;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_write_that_the_disk_refuses_fails_alone_and_writes_resume_when_it_has_room_again()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("state.db");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var child = ChildProcess.Start("full-disk", path);
        var output = await child.StandardOutput.ReadToEndAsync(limit.Token);
        await child.WaitForExitAsync(limit.Token);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith($"large: refused: {path}: ", lines[0], StringComparison.Ordinal);
        Assert.Equal("reads: 100 True True True", lines[1]);
        Assert.Equal("again: 1", lines[2]);
        Assert.Equal("reopened: /before=100 /large=1048576", lines[3]);
    }
}
