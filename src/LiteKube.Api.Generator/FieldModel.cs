using System.Text;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Generator;

/// <summary>How one field looks in C#: its type, default, reader and writer.</summary>
internal sealed class FieldModel
{
    private readonly FieldText _field;
    private readonly bool _alwaysThere;

    public FieldModel(FieldText field, string owner, bool alwaysThere)
    {
        _field = field;
        _alwaysThere = alwaysThere;
        Property = RecordWriter.Pascal(field.Name);
        if (Property == owner || Property is "Resource" or "Equals" or "ToString" or "Read" or "Write")
            Property += "Value";
        Backing = "_" + char.ToLowerInvariant(Property[0]) + Property.Substring(1);
    }

    public string JsonName => _field.Name;

    public string Property { get; }

    public string Backing { get; }

    private bool IsList => _field.Type.StartsWith("[]", System.StringComparison.Ordinal);

    private bool IsMap => _field.Type.StartsWith("{}", System.StringComparison.Ordinal);

    private bool NotNull => _field.Required || _alwaysThere;

    public void WriteProperty(StringBuilder text)
    {
        string type, initial = "";
        if (IsList)
        {
            type = $"IReadOnlyList<{ElementType(_field.Type.Substring(2))}>";
            initial = " = [];";
        }
        else if (IsMap)
        {
            var element = ElementType(_field.Type.Substring(2));
            type = $"IReadOnlyDictionary<string, {element}>";
            initial = $" = System.Collections.ObjectModel.ReadOnlyDictionary<string, {element}>.Empty;";
        }
        else
        {
            type = ElementType(_field.Type) + (NotNull ? "" : "?");
            if (NotNull)
                initial = _field.Type switch { "string" or "duration" => " = \"\";", "bytes" => " = [];", _ when _field.Type.Contains(".") => " = new();", _ => "" };
        }

        text.Append($"    private {type} {Backing}{(initial.Length == 0 ? ";" : initial)}\n    public {type} {Property} {{ get => {Backing}; init => {Backing} = value; }}\n");
    }

    public string ReadExpression() => IsList ? $"JsonIn.List(ref reader, {ReadFunction(_field.Type.Substring(2))})"
        : IsMap ? $"JsonIn.Map(ref reader, {ReadFunction(_field.Type.Substring(2))})"
        : ReadOne(_field.Type);

    public void WriteWrite(StringBuilder text)
    {
        var name = $"\"{_field.Name}\"u8";
        if (IsList)
            text.Append($"        {(_field.Required ? "" : $"if ({Backing}.Count > 0) ")}{{ writer.WriteStartArray({name}); foreach (var item in {Backing}) {WriteOne(_field.Type.Substring(2), "item")}; writer.WriteEndArray(); }}\n");
        else if (IsMap)
            text.Append($"        {(_field.Required ? "" : $"if ({Backing}.Count > 0) ")}{{ writer.WriteStartObject({name}); foreach (var (key, item) in {Backing}) {{ writer.WritePropertyName(key); {WriteOne(_field.Type.Substring(2), "item")}; }} writer.WriteEndObject(); }}\n");
        else if (_alwaysThere && !_field.Required)
            text.Append($"        JsonOut.WriteIfAny(writer, {name}, {Backing});\n");
        else if (NotNull)
            text.Append($"        writer.WritePropertyName({name}); {WriteOne(_field.Type, Backing)};\n");
        else
            text.Append($"        if ({Backing} is {{ }} {Backing}Value) {{ writer.WritePropertyName({name}); {WriteOne(_field.Type, Backing + "Value")}; }}\n");
    }

    private static string ElementType(string type) => type switch
    {
        "string" or "duration" => "string",
        "int32" => "int",
        "int64" => "long",
        "bool" => "bool",
        "double" => "double",
        "bytes" => "byte[]",
        "time" or "microtime" => "DateTimeOffset",
        "quantity" => "Quantity",
        "intstr" => "IntOrString",
        "raw" or "any" or "fields" or "schemaOrBool" or "schemaOrArray" or "schemaOrStrings" => "JsonElement",
        _ when type.StartsWith("[]", System.StringComparison.Ordinal) => $"IReadOnlyList<{ElementType(type.Substring(2))}>",
        _ => $"{RecordWriter.NamespaceOf(type)}.{RecordWriter.NameOf(type)}",
    };

    private static string ReadFunction(string type) => type.StartsWith("[]", System.StringComparison.Ordinal)
        ? $"static (ref Utf8JsonReader r) => JsonIn.List(ref r, {ReadFunction(type.Substring(2))})"
        : type.Contains(".") ? $"{ElementType(type)}.Read" : $"JsonIn.{Method(type)}";

    private static string ReadOne(string type) => type.Contains(".") ? $"{ElementType(type)}.Read(ref reader)" : $"JsonIn.{Method(type)}(ref reader)";

    private static string WriteOne(string type, string value) => type switch
    {
        "string" or "duration" => $"writer.WriteStringValue({value})",
        "int32" or "int64" => $"writer.WriteNumberValue({value})",
        "bool" => $"writer.WriteBooleanValue({value})",
        _ when type.StartsWith("[]", System.StringComparison.Ordinal) => $"{{ writer.WriteStartArray(); foreach (var inner in {value}) {WriteOne(type.Substring(2), "inner")}; writer.WriteEndArray(); }}",
        _ when type.Contains(".") => $"{value}.Write(writer)",
        _ => $"JsonOut.{Method(type)}(writer, {value})",
    };

    private static string Method(string type) => type switch
    {
        "string" or "duration" => "String",
        "int32" => "Int32",
        "int64" => "Int64",
        "bool" => "Bool",
        "double" => "Double",
        "bytes" => "Bytes",
        "time" => "Time",
        "microtime" => "MicroTime",
        "quantity" => "QuantityValue",
        "intstr" => "IntOrStringValue",
        _ => "Any",
    };
}
