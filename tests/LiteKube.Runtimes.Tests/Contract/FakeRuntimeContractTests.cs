using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Testing.Runtime;

namespace LiteKube.Runtimes.Tests.Contract;

/// <summary>The fake that other rooms test against keeps the same contract as the engines.</summary>
#pragma warning disable CA1001 // The contract disposes the runtime.
public sealed class FakeRuntimeContractTests : RuntimeContract
#pragma warning restore CA1001
{
    private readonly FakeRuntime _fake = new() { Script = Play };

    protected override string Image => "example.org/shell:1";

    protected override ValueTask<IContainerRuntime> OpenAsync()
    {
        _fake.FakeImages.Add(Image);
        return ValueTask.FromResult<IContainerRuntime>(_fake);
    }

    private static FakeContainerScript Play(ContainerConfig config)
    {
        var script = config.Command is [Commands.MissingProgram]
            ? new FakeContainerScript { StartError = $"exec: \"{Commands.MissingProgram}\": no such file or directory", StartErrorExitCode = 127 }
            : config.Args[^1] switch
            {
                Commands.Serve => new FakeContainerScript { Log = ["ready"], StopExitCode = 143 },
                Commands.Stubborn => new FakeContainerScript { Log = ["ready"], IgnoresStopSignal = true },
                Commands.ExitThree => new FakeContainerScript { ExitCode = 3 },
                Commands.ThreeLines => new FakeContainerScript { Log = ["one", "two", "three"], ExitCode = 0 },
                var other => throw new ArgumentException($"the fake cannot play \"{other}\""),
            };
        return script with { Exec = Run };
    }

    private static ExecResult Run(IReadOnlyList<string> command) => command[^1] switch
    {
        Commands.Both => new ExecResult(4, Encoding.UTF8.GetBytes("out\n"), Encoding.UTF8.GetBytes("err\n"), false),
        Commands.Forever => new ExecResult(137, [], [], TimedOut: true),
        var other => throw new ArgumentException($"the fake cannot run \"{other}\""),
    };
}
