using System.Diagnostics;

namespace LiteKube.Network.Filter;

/// <summary>Runs nft and iptables: text in, text out.</summary>
internal sealed class ToolRunner : IToolRunner
{
    private static readonly string[] s_directories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

    public string? Find(string tool) =>
        s_directories.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists);

    public async Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new IOException($"{path} did not start");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                if (input is not null)
                    await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code and error output say why.
            }

            var result = new ToolResult(0, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return result with { ExitCode = process.ExitCode };
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
