using System.Runtime.InteropServices;
using System.Text;

namespace LiteKube.ApiServer.Http;

/// <summary>The answer of /version.</summary>
internal static class VersionDocument
{
    public static string Platform { get; } = "linux/" + RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static byte[] Of(string version)
    {
        var numbers = version.TrimStart('v').Split('.', '-', '+');
        return Encoding.UTF8.GetBytes(
            $$"""{"major":"{{numbers[0]}}","minor":"{{numbers[1]}}","gitVersion":"{{version}}","gitCommit":"","gitTreeState":"clean","buildDate":"1970-01-01T00:00:00Z","goVersion":"","compiler":"dotnet {{Environment.Version}}","platform":"{{Platform}}"}""");
    }
}
