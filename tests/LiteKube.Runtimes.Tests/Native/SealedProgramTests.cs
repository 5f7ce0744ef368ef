using System.Globalization;
using System.Text;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Tests.Native;

public sealed class SealedProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-sealed-").FullName;
    private readonly Readiness _readiness = new();

    private string Program => Path.Combine(_directory, "program");

    public void Dispose()
    {
        _readiness.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_program_runs_from_a_copy_that_knows_its_own_name()
    {
        Install("readlink");
        using var program = new SealedProgram(Program);

        Assert.StartsWith("/memfd:program", await RunAsync(program, "/proc/self/exe"), StringComparison.Ordinal);
        Install("cat");
        Assert.StartsWith(Program + "\0", await RunAsync(program, "/proc/self/cmdline"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_copy_is_sealed_against_every_change()
    {
        const int GetSeals = 1034;
        const int AllSeals = 0xF;
        const int Kill = 9;
        Install("sleep");
        using var program = new SealedProgram(Program);

        var child = program.Start(new ChildStart(Program, ["1000"]), _readiness);
        using (var copy = File.OpenHandle($"/proc/{child.Pid}/exe"))
            Assert.Equal(AllSeals, Libc.Control((int)copy.DangerousGetHandle(), GetSeals, 0));
        Assert.Equal(0, Libc.Kill(child.Pid, Kill));
        await child.Exited;
    }

    [Fact]
    public async Task A_newer_version_of_the_program_is_run_when_it_is_next_called()
    {
        Install("wc");
        using var program = new SealedProgram(Program);
        var size = new FileInfo(Program).Length;
        Assert.Equal(size, await OwnSizeAsync(program));

        var newer = Program + ".new";
        File.Copy(Program, newer);
        await File.AppendAllTextAsync(newer, "newer");
        File.Move(newer, Program, overwrite: true);

        Assert.Equal(size + 5, await OwnSizeAsync(program));
        Assert.Equal(size + 5, await OwnSizeAsync(program));
    }

    [Fact]
    public async Task A_script_runs_from_where_it_lies()
    {
        await File.WriteAllTextAsync(Program, "#!/bin/sh\necho \"$0 $1\"\n");
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var program = new SealedProgram(Program);

        Assert.Equal(Program + " word", await RunAsync(program, "word"));
    }

    [Fact]
    public void A_program_that_is_not_there_cannot_be_started()
    {
        using var program = new SealedProgram(Program);

        Assert.Throws<IOException>(() => program.Start(new ChildStart(Program, []), _readiness));
    }

    private void Install(string name)
    {
        var from = new[] { "/usr/bin", "/bin" }.Select(d => Path.Combine(d, name)).First(File.Exists);
        File.Copy(from, Program + ".new");
        File.Move(Program + ".new", Program, overwrite: true);
    }

    private async Task<long> OwnSizeAsync(SealedProgram program) => long.Parse((await RunAsync(program, "-c", "/proc/self/exe")).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>What it wrote, once it has ended.</summary>
    private async Task<string> RunAsync(SealedProgram program, params string[] arguments)
    {
        var (output, theirs) = PipeStream.Create(_readiness, weWrite: false);
        await using (output)
        {
            ChildProcess child;
            using (theirs)
                child = program.Start(new ChildStart(Program, arguments) { Descriptors = [(1, theirs)] }, _readiness);
            using var text = new MemoryStream();
            await output.CopyToAsync(text);
            Assert.Equal(0, await child.Exited);
            return Encoding.UTF8.GetString(text.ToArray()).TrimEnd();
        }
    }
}
