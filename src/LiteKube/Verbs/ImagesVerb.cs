using System.CommandLine;
using System.Globalization;
using LiteKube.Flags;
using LiteKube.Hosting;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.Verbs;

/// <summary>
/// The native runtime's images. Each verb works on the store on disk, whose locks hold between processes: it needs no running server (a machine without
/// a network gets its images before its first start) and disturbs none.
/// </summary>
internal static class ImagesVerb
{
    private const int ShownIdLength = 12;

    private static readonly Flag[] s_flags = [NodeFlags.Config, NodeFlags.DataDir, NodeFlags.LogLevel];

    public static Command Create() => new("images", "The images of LiteKube's own runtime, with the server running or not.")
    {
        List(), Pull(), Import(), Export(), Remove(), Prune(),
    };

    private static Command List() => Verb("ls", "List the images: names, id, size, and whether they are pinned.", [], [], async (_, images, cancellationToken) =>
    {
        var lines = (await images.ListAsync(cancellationToken)).SelectMany(i => Names(i).Select(name => (name, i))).OrderBy(l => l.name, StringComparer.Ordinal).ToList();
        var width = lines.Select(l => l.name.Length).Append("IMAGE".Length).Max();
        Console.WriteLine($"{"IMAGE".PadRight(width)} {"ID",-ShownIdLength} {"SIZE",10} PINNED");
        foreach (var (name, image) in lines)
            Console.WriteLine($"{name.PadRight(width)} {Short(image.Id)} {Size(image.SizeBytes),10} {(image.Pinned ? "yes" : "no")}");
        return 0;
    });

    private static Command Pull()
    {
        var reference = new Argument<string>("image") { Description = "As in a pod: nginx:1.27, registry.example.org/team/app@sha256:..." };
        var credentials = new Option<string?>("--creds") { Description = "USER:PASSWORD for the registry. [default: what /etc/litekube/registries.yaml says]", HelpName = "USER:PASSWORD" };
        return Verb("pull", "Pull an image for this machine's platform.", [reference], [credentials], async (parsed, images, cancellationToken) =>
        {
            var given = parsed.GetValue(credentials)?.Split(':', 2);
            if (given is { Length: < 2 })
                throw new UserErrorException("--creds: USER:PASSWORD is expected");
            var last = -1;
            var id = await images.PullAsync(parsed.GetValue(reference)!, given is null ? null : new RegistryCredentials(given[0], given[1]), (bytes, total, done, layers) =>
            {
                var percent = total == 0 ? 100 : (int)(bytes * 100 / total);
                if (Console.IsErrorRedirected || Interlocked.Exchange(ref last, percent + (done * 1000)) == percent + (done * 1000))
                    return;
                Console.Error.Write($"\r{done} of {layers} layers, {Size(bytes)} of {Size(total)} ");
            }, cancellationToken);
            if (!Console.IsErrorRedirected)
                await Console.Error.WriteLineAsync();
            Console.WriteLine(id);
            return 0;
        });
    }

    private static Command Import()
    {
        var file = new Argument<string>("archive") { Description = "An archive of docker save or an OCI layout, plain, gzip or zstd; - for the standard input." };
        var name = new Option<string?>("--name") { Description = "The image's name, for an archive of one image that says none.", HelpName = "NAME" };
        var pin = new Option<bool>("--pin") { Description = "Never collect or prune what is imported." };
        return Verb("import", "Take images from an archive.", [file], [name, pin], async (parsed, images, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            if (Directory.Exists(path))
                throw new UserErrorException($"{path} is a directory: an archive is expected (of an OCI layout, tar makes one: tar -C {path} -cf - . | litekube images import -)");
            var ids = path == "-"
                ? await images.ImportAsync(Console.OpenStandardInput(), parsed.GetValue(name), parsed.GetValue(pin), cancellationToken)
                : await images.ImportAsync(Path.GetFullPath(path), parsed.GetValue(name), parsed.GetValue(pin), cancellationToken);
            var known = (await images.ListAsync(cancellationToken)).ToDictionary(i => i.Id, StringComparer.Ordinal);
            foreach (var id in ids)
                Console.WriteLine($"{id} {(known.TryGetValue(id, out var image) ? string.Join(", ", Names(image)) : "")}");
            return 0;
        });
    }

    private static Command Export()
    {
        var names = new Argument<string[]>("images") { Description = "Names or ids.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o") { Description = "The archive to write; - for the standard output.", HelpName = "FILE", Required = true };
        return Verb("export", "Write images into an archive that docker load, ctr, Podman and litekube images import read.", [names], [output], async (parsed, images, cancellationToken) =>
        {
            var path = parsed.GetValue(output)!;
            if (path == "-")
            {
                await using var standard = Console.OpenStandardOutput();
                await images.ExportAsync(parsed.GetValue(names)!, standard, cancellationToken);
                return 0;
            }

            // A half of an archive never has the name.
            var aside = path + ".part";
            try
            {
                await using (var file = File.Create(aside))
                {
                    await images.ExportAsync(parsed.GetValue(names)!, file, cancellationToken);
                    file.Flush(flushToDisk: true);
                }

                File.Move(aside, path, overwrite: true);
                return 0;
            }
            finally
            {
                File.Delete(aside);
            }
        });
    }

    private static Command Remove()
    {
        var names = new Argument<string[]>("images") { Description = "Names or ids.", Arity = ArgumentArity.OneOrMore };
        return Verb("rm", "Remove a name, and the image with its last name; by id the image with all names. Not what a container uses.", [names], [], (parsed, images, _) =>
        {
            // One that cannot go does not keep the others.
            var refused = 0;
            foreach (var name in parsed.GetValue(names)!)
            {
                try
                {
                    Console.WriteLine(images.Remove(name) ? $"{name} removed" : $"{name} removed; the image has other names");
                }
                catch (RuntimeException e)
                {
                    refused++;
                    Console.Error.WriteLine($"litekube: {name} is not removed: {e.Message}");
                }
            }

            return Task.FromResult(refused == 0 ? 0 : 1);
        });
    }

    private static Command Prune() => Verb("prune", "Remove every image that no container uses and that is not pinned.", [], [], (_, images, _) =>
    {
        var (removed, freed, inUse) = images.Prune();
        foreach (var id in removed)
            Console.WriteLine(Short(id));
        Console.WriteLine($"{removed.Count} images removed, {Size(freed)} freed{(inUse > 0 ? $"; {inUse} in use" : "")}");
        return Task.FromResult(0);
    });

    private static Command Verb(string name, string description, IReadOnlyList<Argument> arguments, IReadOnlyList<Option> options, Func<ParseResult, LocalImages, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var argument in arguments)
            command.Arguments.Add(argument);
        foreach (var option in options.Concat(s_flags.Select(f => f.Option)))
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = NodeSettings.Read(FlagValues.Read(parsed, ServerFlags.All));
            await using var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddLogging(b => ModuleHost.ConfigureLogging(b, settings.LogLevel)).BuildServiceProvider();
            try
            {
                using var images = new LocalImages(ModuleOptions.NativeRuntime(settings), TimeProvider.System, services.GetRequiredService<ILoggerFactory>());
                return await run(parsed, images, cancellationToken);
            }
            catch (Exception error) when (error is RuntimeException or IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException(error is UnauthorizedAccessException ? $"{error.Message}; run this as root" : error.Message);
            }
        });
        return command;
    }

    private static IReadOnlyList<string> Names(ImageStatus image) => image.Tags.Count > 0 ? image.Tags : image.Digests.Count > 0 ? image.Digests : ["<none>"];

    private static string Short(string id) => id["sha256:".Length..][..ShownIdLength];

    private static string Size(long bytes) => bytes switch
    {
        < 1_000_000 => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
        < 1_000_000_000 => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
        _ => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
    };
}
