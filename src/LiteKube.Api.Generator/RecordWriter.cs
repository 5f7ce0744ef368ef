using System.Linq;
using System.Text;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Generator;

/// <summary>Writes the C# of one schema type.</summary>
internal sealed class RecordWriter
{
    private readonly StringBuilder _text;
    private readonly TypeText _type;
    private readonly KindText? _kind;
    private readonly string _name;
    private readonly FieldModel[] _fields;

    public RecordWriter(StringBuilder text, TypeText type, KindText? kind)
    {
        _text = text;
        _type = type;
        _kind = kind;
        _name = NameOf(type.Name);
        _fields = type.Fields
            .Where(f => type.Gvk == null || f.Name != "apiVersion" && f.Name != "kind")
            // Large, in every object, and read by nobody in process; an object written without it keeps it.
            .Where(f => f.Name != "managedFields")
            .Select(f => new FieldModel(f, _name, type.Gvk != null && f.Name is "metadata" or "spec" or "status" && f.Type.Contains("."))).ToArray();
    }

    public static string NamespaceOf(string type)
    {
        var words = type.Split('.');
        return "LiteKube.Api." + Pascal(words[0]) + "." + Pascal(words[1]);
    }

    public static string NameOf(string type) => type.Substring(type.LastIndexOf('.') + 1);

    public static string Pascal(string name)
    {
        var result = new StringBuilder();
        var upper = true;
        foreach (var c in name)
        {
            if (c is '-' or '$' or '.')
            {
                upper = true;
                continue;
            }

            result.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }

        return result.ToString();
    }

    public void Write()
    {
        var contract = _kind != null && _fields.Any(f => f.JsonName == "metadata") ? $"IKubeObject<{_name}>" : _type.Gvk != null ? $"IKubeType<{_name}>" : $"IJsonType<{_name}>";
        _text.Append($"\n/// <summary>{_type.Name}.</summary>\npublic sealed partial record {_name} : {contract}\n{{\n");
        if (_type.Gvk is { } gvk)
        {
            var apiVersion = gvk[0].Length == 0 ? gvk[1] : gvk[0] + "/" + gvk[1];
            _text.Append($"    public static string ApiVersion => \"{apiVersion}\";\n    public static string Kind => \"{gvk[2]}\";\n");
        }

        if (_kind != null)
            _text.Append($"    public static ResourceType Resource {{ get; }} = new(\"{_kind.Group}\", \"{_kind.Version}\", \"{_kind.Plural}\", \"{_kind.Name}\", {(_kind.Namespaced ? "true" : "false")});\n");
        foreach (var field in _fields)
            field.WriteProperty(_text);
        WriteReader();
        WriteWriter();
        _text.Append($"    public override string ToString() => JsonText.Of(this);\n");
        _text.Append($"    public bool Equals({_name}? other) => JsonText.Same(this, other);\n");
        _text.Append($"    public override int GetHashCode() => JsonText.HashOf(this);\n}}\n");
    }

    private void WriteReader()
    {
        _text.Append($"    public static {_name} Read(ref Utf8JsonReader reader)\n    {{\n        JsonIn.StartObject(ref reader);\n        var result = new {_name}();\n        while (JsonIn.NextProperty(ref reader))\n        {{\n");
        if (_fields.Length > 0)
        {
            _text.Append("            switch (JsonIn.NameLength(ref reader))\n            {\n");
            foreach (var length in _fields.GroupBy(f => f.JsonName.Length).OrderBy(g => g.Key))
            {
                _text.Append($"                case {length.Key}:\n");
                foreach (var field in length)
                    _text.Append($"                    if (reader.ValueTextEquals(\"{field.JsonName}\"u8)) {{ reader.Read(); if (reader.TokenType != JsonTokenType.Null) result.{field.Backing} = {field.ReadExpression()}; continue; }}\n");
                _text.Append("                    break;\n");
            }

            _text.Append("            }\n");
        }

        _text.Append("            JsonIn.SkipValue(ref reader);\n        }\n        return result;\n    }\n");
    }

    private void WriteWriter()
    {
        _text.Append("    public void Write(Utf8JsonWriter writer)\n    {\n        writer.WriteStartObject();\n");
        if (_type.Gvk != null)
            _text.Append("        writer.WriteString(\"apiVersion\"u8, ApiVersion);\n        writer.WriteString(\"kind\"u8, Kind);\n");
        foreach (var field in _fields)
            field.WriteWrite(_text);
        _text.Append("        writer.WriteEndObject();\n    }\n");
    }
}
