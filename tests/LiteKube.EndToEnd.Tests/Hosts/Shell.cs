using System.Diagnostics;
using System.Text;

namespace LiteKube.EndToEnd.Tests.Hosts;

internal sealed record ShellResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, when the command succeeded; otherwise the test fails with all that it said.</summary>
    public string Ok() => ExitCode == 0 ? Output.TrimEnd() : throw new InvalidOperationException($"exit code {ExitCode}\n{Output}\n{Error}");

    public string All => Output + Error;
}

internal static class Shell
{
    /// <summary>Longer than what kubectl is told to wait for.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(6);

    public static async Task<ShellResult> RunAsync(IEnumerable<string> command, string? input = null, TimeSpan? limit = null)
    {
        using var process = Start(command, input is not null);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        using var timeout = new CancellationTokenSource(limit ?? s_limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"still running after {limit ?? s_limit}: {string.Join(' ', command)}");
        }

        return new ShellResult(process.ExitCode, await output, await error);
    }

    public static Process Start(IEnumerable<string> command, bool withInput)
    {
        var words = command.ToArray();
        var start = new ProcessStartInfo(words[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = withInput, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var word in words.Skip(1))
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }
}
