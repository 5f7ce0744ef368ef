using System;
using System.Collections.Generic;
using System.Linq;

namespace LiteKube.Api.Schema;

/// <summary>
/// The schema files as text records. This one parser is compiled twice: into the generator, which makes types of it at build time,
/// and into LiteKube.Api, which interprets it at run time. The format is described in Schema/README.md.
/// </summary>
internal sealed class SchemaText
{
    public List<KindText> Kinds { get; } = new();

    public List<TypeText> Types { get; } = new();

    public static SchemaText Parse(IEnumerable<string> files)
    {
        var result = new SchemaText();
        foreach (var file in files)
        {
            KindText? kind = null;
            TypeText? type = null;
            foreach (var raw in file.Split('\n'))
            {
                var line = raw.TrimEnd();
                if (line.Length == 0 || line[0] == '#')
                    continue;
                var words = line.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
                if (line[0] != ' ' && words[0] == "kind")
                    result.Kinds.Add(kind = new KindText(words));
                else if (line[0] != ' ' && words[0] == "type")
                    result.Types.Add(type = new TypeText(words));
                else if (words[0] == "sub")
                    kind!.Subresources.Add(new SubresourceText(words, kind));
                else
                    type!.Fields.Add(new FieldText(words));
            }
        }

        return result;
    }

    internal static string Option(string[] words, string name)
    {
        var prefix = name + "=";
        return words.FirstOrDefault(w => w.StartsWith(prefix, StringComparison.Ordinal))?.Substring(prefix.Length) ?? "";
    }

    internal static string[] Options(string[] words, string name)
    {
        var value = Option(words, name);
        return value.Length == 0 ? Array.Empty<string>() : value.Split(',');
    }
}

/// <summary>A resource: <c>kind Pod core.v1.Pod group= version=v1 plural=pods …</c>.</summary>
internal sealed class KindText
{
    public KindText(string[] words)
    {
        Name = words[1];
        Type = words[2];
        Group = SchemaText.Option(words, "group");
        Version = SchemaText.Option(words, "version");
        Plural = SchemaText.Option(words, "plural");
        Singular = SchemaText.Option(words, "singular");
        Namespaced = SchemaText.Option(words, "scope") == "Namespaced";
        ShortNames = SchemaText.Options(words, "short");
        Categories = SchemaText.Options(words, "categories");
        Verbs = SchemaText.Options(words, "verbs");
    }

    public string Name { get; }
    public string Type { get; }
    public string Group { get; }
    public string Version { get; }
    public string Plural { get; }
    public string Singular { get; }
    public bool Namespaced { get; }
    public string[] ShortNames { get; }
    public string[] Categories { get; }
    public string[] Verbs { get; }
    public List<SubresourceText> Subresources { get; } = new();
}

/// <summary>A sub-resource of the kind above it: <c>sub scale Scale group=autoscaling version=v1 verbs=get,patch,update</c>.</summary>
internal sealed class SubresourceText
{
    public SubresourceText(string[] words, KindText parent)
    {
        Name = words[1];
        Kind = words[2];
        var version = SchemaText.Option(words, "version");
        Group = version.Length == 0 ? parent.Group : SchemaText.Option(words, "group");
        Version = version.Length == 0 ? parent.Version : version;
        Verbs = SchemaText.Options(words, "verbs");
    }

    public string Name { get; }
    public string Kind { get; }
    public string Group { get; }
    public string Version { get; }
    public string[] Verbs { get; }
}

/// <summary>A structure: <c>type core.v1.Container</c>, its fields on the lines below.</summary>
internal sealed class TypeText
{
    public TypeText(string[] words)
    {
        Name = words[1];
        Atomic = words.Contains("atomic");
        var gvk = SchemaText.Option(words, "gvk");
        if (gvk.Length > 0)
            Gvk = gvk.Split('/');
    }

    /// <summary>Short name: <c>core.v1.Container</c>.</summary>
    public string Name { get; }

    public bool Atomic { get; }

    /// <summary>Group, version and kind of a type that carries apiVersion and kind; else null.</summary>
    public string[]? Gvk { get; }

    public List<FieldText> Fields { get; } = new();
}

/// <summary>A field: <c>ports 6 []core.v1.ContainerPort map(containerPort,protocol) merge(containerPort)</c>.</summary>
internal sealed class FieldText
{
    public FieldText(string[] words)
    {
        Name = words[0];
        WirePath = words[1] == "0" ? Array.Empty<int>() : words[1].Split('.').Select(int.Parse).ToArray();
        Type = words[2];
        foreach (var word in words.Skip(3))
        {
            var open = word.IndexOf('(');
            var head = open < 0 ? word : word.Substring(0, open);
            var inner = open < 0 ? "" : word.Substring(open + 1, word.Length - open - 2);
            switch (head)
            {
                case "required": Required = true; break;
                case "atomic": Atomic = true; break;
                case "set": Set = true; break;
                case "map": MapKeys = inner.Split(','); break;
                default:
                    PatchStrategies = head.Split('+');
                    PatchMergeKey = inner.Length == 0 ? null : inner;
                    break;
            }
        }
    }

    public string Name { get; }

    /// <summary>Protobuf field numbers from the owning message down; more than one where Go embeds a struct; empty where the field is not on the wire.</summary>
    public int[] WirePath { get; }

    /// <summary>A scalar's name, a type's short name, <c>[]T</c> or <c>{}T</c>.</summary>
    public string Type { get; }

    public bool Required { get; }
    public bool Atomic { get; }
    public bool Set { get; }
    public string[]? MapKeys { get; }
    public string[] PatchStrategies { get; } = Array.Empty<string>();
    public string? PatchMergeKey { get; }
}
