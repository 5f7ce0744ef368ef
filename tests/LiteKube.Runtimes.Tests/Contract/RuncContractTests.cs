using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native;
using LiteKube.Runtimes.Tests.Native;
using LiteKube.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Contract;

/// <summary>The same with runc as the engine, which stands in where there is no crun.</summary>
#pragma warning disable CA1001 // The contract disposes the runtime.
public sealed class RuncContractTests : RuntimeContract
#pragma warning restore CA1001
{
    private readonly NativeHost _host = new();

    protected override string Image => NativeHost.Image;

    protected override ValueTask<IContainerRuntime> OpenAsync() =>
        ValueTask.FromResult<IContainerRuntime>(new NativeRuntime(_host.Options with { Engine = "runc" }, TimeProvider.System, NullLoggerFactory.Instance));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        var left = await _host.LeftoversAsync();
        _host.Dispose();
        Assert.Empty(left);
    }
}
