using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>A one-node cluster with the sample deployed, shared by the tests of one class.</summary>
public sealed class OneNodeCluster : IAsyncLifetime
{
    internal TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await TestCluster.StartAsync();
        await Sample.DeployAsync(Cluster);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
