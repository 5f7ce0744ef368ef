using System.Globalization;

namespace LiteKube.Robustness.Tests;

/// <summary><c>VERB --name value ...</c></summary>
internal sealed class Arguments(string[] args)
{
    public string Verb => args.Length > 0 ? args[0] : "";

    public string? Text(string name) => Array.IndexOf(args, "--" + name) is > 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    public int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
