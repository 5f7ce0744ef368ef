using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Layers;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>A directory of its own for a test's store, gone with the test.</summary>
public sealed class StoreDirectory : IDisposable
{
    public StoreDirectory() => Path = Directory.CreateTempSubdirectory("litekube-images-").FullName;

    public string Path { get; }

    internal ImageStoreOptions Options => new() { Root = System.IO.Path.Combine(Path, "images"), RegistriesFile = System.IO.Path.Combine(Path, "registries.yaml"), RetryDelay = TimeSpan.FromMilliseconds(2) };

    internal ImageStore Open(Func<ImageStoreOptions, ImageStoreOptions>? change = null) =>
        ImageStore.Open(change?.Invoke(Options) ?? Options, TimeProvider.System, NullLogger<ImageStore>.Instance);

    /// <summary>Some names in it are no text.</summary>
    public void Dispose() => FileTree.Delete(Path);
}
