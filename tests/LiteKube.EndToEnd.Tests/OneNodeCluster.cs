using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>A one-node cluster with the sample deployed, shared by the tests of a class or a collection.</summary>
public abstract class OneNodeCluster : IAsyncLifetime
{
    internal abstract HostRuntime Runtime { get; }

    internal TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await TestCluster.StartAsync(Runtime);
        await Sample.DeployAsync(Cluster);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

public sealed class DockerNode : OneNodeCluster
{
    internal override HostRuntime Runtime => HostRuntime.Docker;
}

public sealed class NativeNode : OneNodeCluster
{
    internal override HostRuntime Runtime => HostRuntime.Native;
}

/// <summary>For tests that leave litekube and each other's objects alone.</summary>
[CollectionDefinition(Name)]
public sealed class DockerNodeCollection : ICollectionFixture<DockerNode>
{
    public const string Name = "a node on Docker";
}

[CollectionDefinition(Name)]
public sealed class NativeNodeCollection : ICollectionFixture<NativeNode>
{
    public const string Name = "a node on the native runtime";
}
