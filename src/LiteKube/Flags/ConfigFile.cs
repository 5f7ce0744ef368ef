using LiteKube.Verbs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LiteKube.Flags;

/// <summary>The configuration file: one mapping from flag names to a value, or to a list of values where the flag may be repeated.</summary>
internal static class ConfigFile
{
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string path, IReadOnlyList<Flag> all)
    {
        var known = all.Where(f => f != NodeFlags.Config).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        try
        {
            using var text = File.OpenText(path);
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return values;
            parser.Consume<DocumentStart>();
            if (parser.TryConsume<Scalar>(out var only) && only.Value.Length == 0)
                return values;
            parser.Consume<MappingStart>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                if (!known.TryGetValue(key.Value, out var flag))
                    throw new UserErrorException($"{path}, line {key.Start.Line}: there is no setting \"{key.Value}\"; the settings are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");
                if (!values.TryAdd(key.Value, Values(parser, flag, path)))
                    throw new UserErrorException($"{path}, line {key.Start.Line}: \"{key.Value}\" is set twice");
            }
        }
        catch (YamlException error)
        {
            throw new UserErrorException($"{path}, line {error.Start.Line}: not the YAML expected here: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read: {error.Message}");
        }

        return values;
    }

    private static List<string> Values(Parser parser, Flag flag, string path)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
            return [scalar.Value];
        var start = parser.Current?.Start.Line;
        if (!flag.Many)
            throw new UserErrorException($"{path}, line {start}: \"{flag.Name}\" takes one value");
        var list = new List<string>();
        parser.Consume<SequenceStart>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            list.Add(parser.Consume<Scalar>().Value);
        return list;
    }
}
