using LiteKube.Node.Runtime;
using LiteKube.Testing.Runtime;

namespace LiteKube.Runtimes.Tests.Contract;

/// <summary>A real Docker Engine.</summary>
#pragma warning disable CA1001 // The contract disposes the runtime.
public sealed class DockerRuntimeContractTests(DockerEngine engine) : RuntimeContract, IClassFixture<DockerEngine>
#pragma warning restore CA1001
{
    protected override string Image => DockerEngine.Image;

    protected override ValueTask<IContainerRuntime> OpenAsync() => ValueTask.FromResult(engine.Open());
}
