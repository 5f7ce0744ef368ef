using System.CommandLine;

namespace LiteKube.Flags;

/// <summary>
/// One setting: a flag on the command line, and the key of the same name (without the dashes) in the configuration file.
/// To add one: declare it in <see cref="ServerFlags"/>, <see cref="AccessFlags"/>, <see cref="AgentFlags"/> or <see cref="NodeFlags"/>, add it to that class's All, and read it with
/// <see cref="FlagValues"/>. Nothing else knows the list.
/// </summary>
internal sealed class Flag
{
    public Flag(string name, string value, string description, string? @default = null, bool many = false)
    {
        Name = name;
        Default = @default;
        Many = many;
        IsSwitch = value.Length == 0;
        Option = new Option<string[]>("--" + name)
        {
            Description = description + (@default is null ? "" : $" [default: {@default}]"),
            HelpName = IsSwitch ? null : value,
            Arity = IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
    }

    public string Name { get; }

    public string? Default { get; }

    /// <summary>May be given several times, or as a list in the file.</summary>
    public bool Many { get; }

    /// <summary>Takes no value: <c>--disable-agent</c>, <c>disable-agent: true</c>.</summary>
    public bool IsSwitch { get; }

    public Option<string[]> Option { get; }

    public override string ToString() => "--" + Name;
}
