using LiteKube.Robustness.Tests;
using LiteKube.Robustness.Tests.Crash;
using LiteKube.Robustness.Tests.Fuzz;
using LiteKube.Robustness.Tests.Hosting;
using LiteKube.Robustness.Tests.RuntimeFaults;

// Not a test: the server that tests start and kill, and the long runs of ./build.sh bench.
var arguments = new Arguments(args);
return arguments.Verb switch
{
    "server" => await ServerHost.RunAsync(arguments),
    "crash" => await CrashRun.MainAsync(arguments),
    "fuzz" => await FuzzRun.MainAsync(arguments),
    "runtime-faults" => await RuntimeFaultRun.MainAsync(arguments),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: LiteKube.Robustness.Tests VERB
          crash [--rounds 200] [--seed N]     kills the server at random moments and looks for what is lost; $LITEKUBE names the executable, else its API server alone
          fuzz [--seconds 600] [--seed N]     throws mutated requests at an API server
          runtime-faults [--rounds 100] [--seed N]  kills LiteKube on the native runtime at random moments and looks for what is lost, doubled or left
          server --data-dir DIR --https-listen-port PORT --write-kubeconfig FILE
        """);
    return 2;
}
