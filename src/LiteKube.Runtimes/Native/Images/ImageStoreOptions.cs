using LiteKube.Runtimes.Native.Images.Layers;

namespace LiteKube.Runtimes.Native.Images;

/// <summary>To add a setting: add a property with its default here, and, if it is the operator's business, a flag in the executable that fills it.</summary>
internal sealed record ImageStoreOptions
{
    /// <summary>Below the data directory. On one file system, one that overlayfs takes lower directories from.</summary>
    public required string Root { get; init; }

    /// <summary>Which registries are asked for which images, and how. Need not exist.</summary>
    public string RegistriesFile { get; init; } = "/etc/litekube/registries.yaml";

    /// <summary>Layers of one image that are downloaded and unpacked at once.</summary>
    public int ParallelLayers { get; init; } = 3;

    /// <summary>A download without a byte for so long is begun again where it stopped.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Before a registry that was busy or broke off is asked again; twice as long each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>An unfinished download that nobody went on with for so long is dropped at the next start.</summary>
    public TimeSpan KeepPartialDownloads { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Called between the steps of every change of the store, so that tests can see what a power cut would leave there.</summary>
    public Action<string>? AtStep { get; init; }

    /// <summary>Says who has containers of an image, for whoever is refused its removal; null where nobody is known.</summary>
    public Func<string, string?>? Users { get; init; }

    public LayerLimits Limits { get; init; } = new();
}
