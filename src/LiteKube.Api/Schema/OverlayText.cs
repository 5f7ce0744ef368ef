namespace LiteKube.Api.Schema;

/// <summary>overlay.schema as text records: what is added to the types of the other files. The format is described in Schema/README.md.</summary>
internal sealed class OverlayText
{
    private OverlayText()
    {
    }

    public Dictionary<string, OverlayType> Types { get; } = new(StringComparer.Ordinal);

    public static OverlayText Parse(string file)
    {
        var result = new OverlayText();
        OverlayType? type = null;
        foreach (var raw in file.Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line[0] != ' ')
            {
                // A type may be named more than once.
                if (!result.Types.TryGetValue(words[1], out type))
                    result.Types[words[1]] = type = new OverlayType();
            }
            else if (words[0] == "selectable")
            {
                type!.Selectable.Add(Selectable(words));
            }
            else
            {
                if (!type!.Fields.TryGetValue(words[0], out var field))
                    type.Fields[words[0]] = field = new OverlayField();
                field.Read(words);
            }
        }

        return result;
    }

    private static SelectableField Selectable(string[] words)
    {
        var at = SchemaText.Options(words, "at");
        return new SelectableField(words[1], SchemaText.Option(words, "absent"), at.Length == 0 ? [words[1]] : at);
    }
}

internal sealed class OverlayType
{
    public List<SelectableField> Selectable { get; } = [];

    public Dictionary<string, OverlayField> Fields { get; } = new(StringComparer.Ordinal);
}

/// <summary>What the overlay says of one field: <c>protocol default="TCP" enum=TCP,UDP,SCTP</c>.</summary>
internal sealed class OverlayField
{
    public string? Default { get; private set; }

    public string[]? Enum { get; private set; }

    public long? Minimum { get; private set; }

    public long? Maximum { get; private set; }

    public bool MayBeEmpty { get; private set; }

    /// <summary>True: a Go pointer; false: a plain Go value; null: as the field's type usually is.</summary>
    public bool? Pointer { get; private set; }

    public void Read(string[] words)
    {
        foreach (var word in words.AsSpan(1))
        {
            var equals = word.IndexOf('=');
            var value = equals < 0 ? "" : word[(equals + 1)..];
            switch (equals < 0 ? word : word[..equals])
            {
                case "default": Default = value; break;
                case "enum": Enum = value.Split(','); break;
                case "min": Minimum = long.Parse(value); break;
                case "max": Maximum = long.Parse(value); break;
                case "pointer": Pointer = true; break;
                case "empty": MayBeEmpty = true; break;
                case "plain": Pointer = false; break;
                default: throw new FormatException($"overlay.schema: {word} of {words[0]}");
            }
        }
    }
}
