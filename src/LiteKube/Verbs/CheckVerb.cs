using System.CommandLine;
using LiteKube.Checks;
using LiteKube.Flags;
using LiteKube.Hosting;

namespace LiteKube.Verbs;

internal static class CheckVerb
{
    public static Command Create()
    {
        var command = new Command("check", "Say whether this machine can be a node: kernel, cgroups, modules, firewall, ports, clock, disk, memory and what runs containers. Changes nothing.");
        foreach (var flag in ServerFlags.All)
            command.Options.Add(flag.Option);
        command.SetAction(parsed =>
        {
            var findings = MachineChecks.Run(ServerSettings.Read(FlagValues.Read(parsed, ServerFlags.All)));
            foreach (var finding in findings)
                Console.WriteLine(finding);
            return findings.Any(f => f.Verdict == Verdict.Bad) ? 1 : 0;
        });
        return command;
    }
}
