using System.Text.Json;
using LiteKube.Api.Protobuf;

namespace LiteKube.Api.OpenApi.Gnostic;

/// <summary>Writes a JSON document as protobuf by the tables of its messages. Members that no message has a field for are left out, as are zero values.</summary>
internal sealed class GnosticWriter(WireWriter writer)
{
    private const int Name = 1;
    private const int Value = 2;

    /// <summary>The field of Any that holds it as text: JSON is YAML.</summary>
    private const int AnyText = 2;

    public void Message(JsonElement value, GnosticMessage message)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in value.EnumerateObject())
        {
            if (message.Fields.TryGetValue(member.Name, out var field))
                Field(field, member.Value);
            else if (message.Extensions > 0 && member.Name.StartsWith("x-", StringComparison.Ordinal))
                Extension(message.Extensions, member);
        }
    }

    private void Field(GnosticField field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null && field.Form != GnosticForm.Any)
            return;
        switch (field.Form)
        {
            case GnosticForm.Text when value.GetString() is { Length: > 0 } text:
                writer.Text(field.Number, text);
                break;
            case GnosticForm.Integer when value.TryGetInt64(out var integer) && integer != 0:
                writer.Int(field.Number, integer);
                break;
            case GnosticForm.Number when value.GetDouble() is var number && number != 0:
                writer.Double(field.Number, number);
                break;
            case GnosticForm.Flag when value.GetBoolean():
                writer.Int(field.Number, 1);
                break;
            case GnosticForm.Any:
                Any(field.Number, value);
                break;
            case GnosticForm.Scalar:
                Scalar(field.Number, value);
                break;
            case GnosticForm.Texts or GnosticForm.Anys or GnosticForm.Messages or GnosticForm.TextLists:
                foreach (var item in value.EnumerateArray())
                    Item(field, item);
                break;
            case GnosticForm.Message:
                Chosen(field, field.Number, value);
                break;
            case GnosticForm.Map:
                Map(field, value);
                break;
            case GnosticForm.TextList:
                TextList(field.Number, value);
                break;
        }
    }

    private void Item(GnosticField field, JsonElement item)
    {
        switch (field.Form)
        {
            case GnosticForm.Texts:
                writer.Text(field.Number, item.GetString() ?? "");
                break;
            case GnosticForm.Anys:
                Any(field.Number, item);
                break;
            case GnosticForm.Messages:
                Chosen(field, field.Number, item);
                break;
            default:
                TextLists(field.Number, item);
                break;
        }
    }

    private void Map(GnosticField field, JsonElement value)
    {
        var map = writer.Begin(field.Number);
        foreach (var member in value.EnumerateObject())
        {
            var pair = writer.Begin(field.Entry);
            writer.Text(Name, member.Name);
            Chosen(field, Value, member.Value);
            writer.End(pair);
        }

        writer.End(map);
    }

    private void Chosen(GnosticField field, int number, JsonElement value)
    {
        var outer = writer.Begin(number);
        if (field.Choice?.Invoke(value) is { } choice)
            Along(choice, 0, value);
        else
            Message(value, field.Of!());
        writer.End(outer);
    }

    private void Along(GnosticChoice choice, int at, JsonElement value)
    {
        if (at == choice.Path.Length)
        {
            Message(value, choice.Message!);
        }
        else if (at == choice.Path.Length - 1 && choice.Message is null)
        {
            // Written also when false: that it is there is the choice.
            writer.Int(choice.Path[at], value.ValueKind == JsonValueKind.True ? 1 : 0);
        }
        else
        {
            var start = writer.Begin(choice.Path[at]);
            Along(choice, at + 1, value);
            writer.End(start);
        }
    }

    private void TextList(int number, JsonElement value)
    {
        var start = writer.Begin(number);
        if (value.ValueKind == JsonValueKind.String)
            writer.Text(1, value.GetString()!);
        else
            foreach (var item in value.EnumerateArray())
                writer.Text(1, item.GetString() ?? "");
        writer.End(start);
    }

    private void TextLists(int number, JsonElement value)
    {
        var start = writer.Begin(number);
        foreach (var member in value.EnumerateObject())
        {
            var pair = writer.Begin(1);
            writer.Text(Name, member.Name);
            TextList(Value, member.Value);
            writer.End(pair);
        }

        writer.End(start);
    }

    private void Scalar(int number, JsonElement value)
    {
        var start = writer.Begin(number);
        switch (value.ValueKind)
        {
            // Also where they are zero: that one is there is the choice.
            case JsonValueKind.Number:
                writer.Double(1, value.GetDouble());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Int(2, value.GetBoolean() ? 1 : 0);
                break;
            case JsonValueKind.String:
                writer.Text(3, value.GetString()!);
                break;
        }

        writer.End(start);
    }

    private void Any(int number, JsonElement value)
    {
        var start = writer.Begin(number);
        writer.Text(AnyText, value.GetRawText());
        writer.End(start);
    }

    private void Extension(int number, JsonProperty member)
    {
        var start = writer.Begin(number);
        writer.Text(Name, member.Name);
        Any(Value, member.Value);
        writer.End(start);
    }
}
