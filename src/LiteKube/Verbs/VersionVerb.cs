using System.CommandLine;
using System.Runtime.InteropServices;

namespace LiteKube.Verbs;

internal static class VersionVerb
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version of LiteKube, and of the Kubernetes API it serves.");
        command.SetAction(_ =>
        {
            Console.WriteLine($"litekube {ProductVersion.LiteKube} (Kubernetes {ProductVersion.Kubernetes}, {RuntimeInformation.RuntimeIdentifier}, .NET {Environment.Version})");
            return 0;
        });
        return command;
    }
}
