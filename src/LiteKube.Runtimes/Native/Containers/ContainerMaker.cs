using System.Security.Cryptography;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Layers;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Sandboxes;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Containers;

/// <summary>Makes all that a container needs on disk; no process is started. A directory without a record is one half made.</summary>
internal sealed class ContainerMaker(NativeMachine machine, ImageStore store, NativeImages images)
{
    private const int IdBytes = 32;

    private readonly ContainerSpecBuilder _specs = new(machine.Cgroups.Hierarchy, machine.OomScore);

    public ContainerSpecBuilder Specs => _specs;

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    /// <param name="target">The process whose container's processes it is to share; 0 for none.</param>
    /// <exception cref="RuntimeException">ImageNotPresent, or CreateContainer.</exception>
    public async Task<NativeContainer> MakeAsync(NativeSandbox sandbox, ContainerConfig config, int target, CancellationToken cancellationToken)
    {
        var name = config.ImageId.Length > 0 ? config.ImageId : config.Image;
        var image = store.Find(name) ?? throw new RuntimeException(RuntimeError.ImageNotPresent, $"image {name} is not here");
        var hold = store.Hold(image.Id);
        var id = NewId();
        var paths = machine.Layout.Container(id);
        try
        {
            var snapshot = await store.OpenAsync(image.Id, cancellationToken).ConfigureAwait(false);
            var record = new ContainerRecord
            {
                Id = id,
                SandboxId = sandbox.Record.Id,
                Pod = config.Pod,
                Name = config.Name,
                Attempt = config.Attempt,
                Image = config.Image,
                ImageId = image.Id,
                ImageDigest = images.DigestOf(image.Id),
                Annotations = config.Annotations,
                Stdin = config.Stdin,
                StdinOnce = config.StdinOnce,
                Tty = config.Tty,
                StopSignal = StopSignalOf(config, snapshot.Config),
                Cgroup = sandbox.Record.Cgroup + "/" + id,
                CreatedAt = machine.Time.GetUtcNow(),
                BootId = machine.Boot,
            };
            await Task.Run(() => Build(sandbox, config, snapshot, paths, record, target), cancellationToken).ConfigureAwait(false);
            var container = new NativeContainer(record, paths) { ImageHold = hold };
            container.Save(record);
            return container;
        }
        catch (Exception e)
        {
            hold.Dispose();
            Discard(paths);
            if (e is IOException or UnauthorizedAccessException or OverflowException)
                throw new RuntimeException(RuntimeError.CreateContainer, e.Message, e);
            throw;
        }
    }

    /// <summary>Removes what there is of a container on disk.</summary>
    public static void Discard(ContainerPaths paths)
    {
        if (!Directory.Exists(paths.Directory))
            return;
        MountTable.Unmount(paths.Root);

        // Without its record it is half removed, whatever happens next.
        File.Delete(paths.Record);

        // What a container wrote may have names that are no text.
        FileTree.Delete(paths.Directory);
    }

    private void Build(NativeSandbox sandbox, ContainerConfig config, ImageSnapshot snapshot, ContainerPaths paths, ContainerRecord record, int target)
    {
        Directory.CreateDirectory(paths.Directory, RuntimeLayout.Private);
        Directory.CreateDirectory(paths.LogDirectory, RuntimeLayout.Private);
        RootFileSystem.Mount(paths, snapshot.LayerDirectories);
        File.WriteAllBytes(paths.Spec, SpecWriter.Write(_specs.Build(config, snapshot.Config, sandbox, paths, record.Cgroup, target)));
    }

    private static int StopSignalOf(ContainerConfig config, ImageConfig image)
    {
        var text = config.StopSignal ?? image.StopSignal;
        return text is null ? Signals.Terminate : Signals.Parse(text) ?? throw new RuntimeException(RuntimeError.CreateContainer, $"unknown stop signal \"{text}\"");
    }
}
