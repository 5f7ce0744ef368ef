using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Tests.Native;
using LiteKube.Testing.Runtime;

namespace LiteKube.Runtimes.Tests.Contract;

/// <summary>LiteKube's own runtime, with real containers.</summary>
#pragma warning disable CA1001 // The contract disposes the runtime.
public sealed class NativeRuntimeContractTests : RuntimeContract
#pragma warning restore CA1001
{
    private readonly NativeHost _host = new();

    protected override string Image => NativeHost.Image;

    protected override ValueTask<IContainerRuntime> OpenAsync() => ValueTask.FromResult<IContainerRuntime>(_host.Open());

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        var left = await _host.LeftoversAsync();
        _host.Dispose();
        Assert.Empty(left);
    }
}
