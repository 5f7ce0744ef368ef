using System.CommandLine;
using System.Globalization;
using System.Net;
using LiteKube.Verbs;

namespace LiteKube.Flags;

/// <summary>What the settings are: the command line's, else the configuration file's, else the default. Bad values end in a message that names flag and remedy.</summary>
internal sealed class FlagValues
{
    private readonly ParseResult _commandLine;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _file;
    private readonly string _path;

    private FlagValues(ParseResult commandLine, IReadOnlyDictionary<string, IReadOnlyList<string>> file, string path)
    {
        _commandLine = commandLine;
        _file = file;
        _path = path;
    }

    public static FlagValues Read(ParseResult commandLine, IReadOnlyList<Flag> all)
    {
        var given = commandLine.GetValue(NodeFlags.Config.Option) is { Length: > 0 } paths ? paths[^1] : null;
        var path = given ?? NodeFlags.Config.Default!;
        if (!File.Exists(path))
            return given is null ? new FlagValues(commandLine, new Dictionary<string, IReadOnlyList<string>>(), path)
                : throw new UserErrorException($"--config: {path} does not exist");
        return new FlagValues(commandLine, ConfigFile.Read(path, all), path);
    }

    public IReadOnlyList<string> Many(Flag flag)
    {
        if (_commandLine.GetResult(flag.Option) is { Implicit: false })
        {
            var values = _commandLine.GetValue(flag.Option) ?? [];
            if (values.Length > 1 && !flag.Many)
                throw new UserErrorException($"{flag} is given {values.Length} times; give it once");
            return flag.IsSwitch && values.Length == 0 ? ["true"] : values;
        }

        return _file.TryGetValue(flag.Name, out var fromFile) ? fromFile : flag.Default is null ? [] : [flag.Default];
    }

    /// <summary>Whether the operator said anything about it.</summary>
    public bool IsGiven(Flag flag) => _commandLine.GetResult(flag.Option) is { Implicit: false } || _file.ContainsKey(flag.Name);

    public string? Text(Flag flag) => Many(flag) is { Count: > 0 } values && values[^1].Length > 0 ? values[^1] : null;

    public string Required(Flag flag) => Text(flag) ?? throw new UserErrorException($"{flag} is missing; give it on the command line or as {flag.Name}: in {_path}");

    public bool Switch(Flag flag) => Text(flag) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw Bad(flag, other, "true or false"),
    };

    public int Number(Flag flag, int least, int most)
    {
        var text = Required(flag);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Bad(flag, text, $"a whole number from {least} to {most}");
    }

    public IPAddress? Address(Flag flag) => Text(flag) is not { } text ? null
        : IPAddress.TryParse(text, out var address) ? address : throw Bad(flag, text, "an IP address");

    public IPNetwork Network(Flag flag)
    {
        var text = Required(flag);
        return IPNetwork.TryParse(text, out var network) ? network : throw Bad(flag, text, "an address range such as 10.42.0.0/16");
    }

    public IReadOnlyDictionary<string, string> Pairs(Flag flag)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in Many(flag))
        {
            var at = text.IndexOf('=');
            if (at < 1)
                throw Bad(flag, text, "KEY=VALUE");
            result[text[..at]] = text[(at + 1)..];
        }

        return result;
    }

    public UserErrorException Bad(Flag flag, string value, string wanted) => new($"{flag}: \"{value}\" is not {wanted}");
}
