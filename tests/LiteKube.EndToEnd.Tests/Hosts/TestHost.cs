using System.Diagnostics;

namespace LiteKube.EndToEnd.Tests.Hosts;

/// <summary>One machine of a test; see host.sh.</summary>
internal sealed class TestHost
{
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "Hosts", "host.sh");

    private static readonly Lazy<Task<string>> s_images = new(BuildImagesAsync);

    private readonly string _fabric;

    private TestHost(HostRuntime runtime, string fabric, string name, int index)
    {
        _fabric = fabric;
        Runtime = runtime;
        Name = name;
        Address = $"192.168.77.{index}";
    }

    public HostRuntime Runtime { get; }

    public string Name { get; }

    public string Address { get; }

    public string Directory => $"/tmp/litekube-hosts/{_fabric}/{Name}";

    public static async Task<TestHost> UpAsync(HostRuntime runtime, string fabric, string name, int index)
    {
        var host = new TestHost(runtime, fabric, name, index);
        (await Shell.RunAsync(["bash", s_script, "up", fabric, name, index.ToString(System.Globalization.CultureInfo.InvariantCulture), runtime.Daemon])).Ok();
        await runtime.LoadImagesAsync(host, await s_images.Value);
        return host;
    }

    public static Task DownAsync(string fabric) => Shell.RunAsync(["bash", s_script, "down", fabric]);

    public Task<ShellResult> TryAsync(IEnumerable<string> command, string? input = null, TimeSpan? limit = null) =>
        Shell.RunAsync(["bash", s_script, "run", _fabric, Name, .. command], input, limit);

    public Task<ShellResult> TryAsync(params string[] command) => TryAsync((IEnumerable<string>)command);

    public async Task<string> RunAsync(params string[] command) => (await TryAsync(command)).Ok();

    public Process Start(bool withInput, params string[] command) => Shell.Start(["bash", s_script, "run", _fabric, Name, .. command], withInput);

    public Task CutCableAsync() => Shell.RunAsync(["bash", s_script, "cut", _fabric, Name]);

    public Task HealCableAsync() => Shell.RunAsync(["bash", s_script, "heal", _fabric, Name]);

    /// <summary>Once a build of these tests: the archive stands beside them.</summary>
    private static async Task<string> BuildImagesAsync()
    {
        var archive = Path.Combine(AppContext.BaseDirectory, "images", "sample.tar");
        (await Shell.RunAsync(["bash", Path.Combine(AppContext.BaseDirectory, "Hosts", "build-images.sh"), archive])).Ok();
        return archive;
    }
}
