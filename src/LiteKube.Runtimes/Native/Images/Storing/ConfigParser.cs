using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Registries;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>Reads an image's configuration. Whoever built the image wrote it, so nothing in it is taken on trust.</summary>
internal static class ConfigParser
{
    public const int MaxBytes = 4 << 20;
    private const int MaxLayers = 500;
    private const int MaxItems = 10_000;
    private const int MaxPath = 4095;

    /// <exception cref="RuntimeException">ImagePull, with what is wrong.</exception>
    public static (ImageConfig Config, IReadOnlyList<string> DiffIds) Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
            throw Refused($"it is larger than {MaxBytes} bytes");
        OciImage image;
        try
        {
            image = JsonSerializer.Deserialize(json, StoreJson.Default.OciImage) ?? throw Refused("it is null");
        }
        catch (JsonException e)
        {
            throw Refused($"it is not the JSON expected ({e.Message})");
        }

        if (image.RootFileSystem is not { Type: null or "layers", DiffIds: { } diffIds })
            throw Refused("it names no layers (rootfs.diff_ids)");
        if (diffIds.Count > MaxLayers)
            throw Refused($"it has {diffIds.Count} layers, and overlayfs takes {MaxLayers} at most");
        foreach (var bad in diffIds.Where(d => !Digests.IsSha256(d)))
            throw Refused($"the layer digest {Shown(bad ?? "null")} is not a sha256 digest");
        var run = image.Config ?? new OciExecution();
        var config = new ImageConfig
        {
            User = Text("User", run.User),
            Env = [.. Texts("Env", run.Env).Where(e => e.IndexOf('=') > 0)],
            Entrypoint = Texts("Entrypoint", run.Entrypoint),
            Cmd = Texts("Cmd", run.Cmd),
            WorkingDirectory = run.WorkingDir is { Length: > 0 } directory ? AbsolutePath("WorkingDir", directory) : "",
            ExposedPorts = Texts("ExposedPorts", run.ExposedPorts?.Keys),
            Volumes = [.. Texts("Volumes", run.Volumes?.Keys).Select(v => AbsolutePath("Volumes", v))],
            StopSignal = run.StopSignal is { Length: > 0 } signal ? Text("StopSignal", signal) : null,
            Labels = Labels(run.Labels),
            Architecture = Text("architecture", image.Architecture),
            Os = Text("os", image.Os),
            Variant = image.Variant is { Length: > 0 } variant ? Text("variant", variant) : null,
        };
        return (config, diffIds);
    }

    /// <exception cref="RuntimeException">ImagePull: it is for another kind of machine.</exception>
    public static void RequirePlatform(ImageConfig config)
    {
        if (config.Os is not ("" or "linux") || (config.Architecture.Length > 0 && config.Architecture != ManifestParser.Architecture))
            throw new RuntimeException(RuntimeError.ImagePull, $"no match for platform linux/{ManifestParser.Architecture} in manifest: the image is of {config.Os}/{config.Architecture}");
    }

    private static string AbsolutePath(string field, string value)
    {
        var path = Text(field, value);
        if (!path.StartsWith('/') || path.Length > MaxPath || path.Split('/').Contains(".."))
            throw Refused($"{field} {Shown(path)} is not an absolute path without \"..\"");
        return path;
    }

    private static string Text(string field, string? value) =>
        value is null ? "" : value.Contains('\0') ? throw Refused($"{field} has a NUL byte in it") : value;

    private static IReadOnlyList<string> Texts(string field, IEnumerable<string>? values)
    {
        if (values is null)
            return [];
        var texts = values.Select(v => Text(field, v)).ToList();
        return texts.Count > MaxItems ? throw Refused($"{field} has {texts.Count} items") : texts;
    }

    private static Dictionary<string, string> Labels(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels?.Count > MaxItems)
            throw Refused($"Labels has {labels.Count} items");
        return labels?.ToDictionary(l => Text("Labels", l.Key), l => Text("Labels", l.Value), StringComparer.Ordinal) ?? [];
    }

    private static string Shown(string value) => "\"" + (value.Length > 100 ? value[..100] + "…" : value) + "\"";

    private static RuntimeException Refused(string why) => new(RuntimeError.ImagePull, "the image's configuration is refused: " + why);
}
