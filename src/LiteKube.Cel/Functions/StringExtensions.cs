using System.Text;

namespace LiteKube.Cel;

/// <summary>The strings extension: charAt, indexOf, join, lowerAscii, replace, split, substring, trim, format and strings.quote. Positions count code points.</summary>
internal static class StringExtensions
{
    private static readonly CelType s_texts = CelType.List(CelType.String);

    public static void AddTo(FunctionSet functions)
    {
        CelType text = CelType.String;
        functions.Member("charAt", "string_char_at_int", [text, CelType.Int], text, v => CharAt(Text(v[0]), Number(v[1])));
        functions.Member("indexOf", "string_index_of_string", [text, text], CelType.Int, v => IndexOf(Text(v[0]), Text(v[1]), 0), Costs.VisitList);
        functions.Member("indexOf", "string_index_of_string_int", [text, text, CelType.Int], CelType.Int, v => IndexOf(Text(v[0]), Text(v[1]), Number(v[2])), Costs.VisitList);
        functions.Member("lastIndexOf", "string_last_index_of_string", [text, text], CelType.Int, v => LastIndexOf(Text(v[0]), Text(v[1]), v[0].Size), Costs.VisitList);
        functions.Member("lastIndexOf", "string_last_index_of_string_int", [text, text, CelType.Int], CelType.Int, v => LastIndexOf(Text(v[0]), Text(v[1]), Number(v[2])), Costs.VisitList);
        functions.Member("join", "list_join", [s_texts], text, v => Join((ListValue)v[0], ""), Costs.WriteResult);
        functions.Member("join", "list_join_string", [s_texts, text], text, v => Join((ListValue)v[0], Text(v[1])), Costs.WriteResult);
        functions.Member("lowerAscii", "string_lower_ascii", [text], text, v => Map(v[0], static c => char.IsAsciiLetterUpper(c) ? (char)(c + 32) : c), Costs.Traverse);
        functions.Member("upperAscii", "string_upper_ascii", [text], text, v => Map(v[0], static c => char.IsAsciiLetterLower(c) ? (char)(c - 32) : c), Costs.Traverse);
        functions.Member("replace", "string_replace_string_string", [text, text, text], text, v => Replace(Text(v[0]), Text(v[1]), Text(v[2]), -1), Costs.Rewrite);
        functions.Member("replace", "string_replace_string_string_int", [text, text, text, CelType.Int], text, v => Replace(Text(v[0]), Text(v[1]), Text(v[2]), Number(v[3])), Costs.Rewrite);
        functions.Member("split", "string_split_string", [text, text], s_texts, v => Split(Text(v[0]), Text(v[1]), -1), Costs.Rewrite);
        functions.Member("split", "string_split_string_int", [text, text, CelType.Int], s_texts, v => Split(Text(v[0]), Text(v[1]), Number(v[2])), Costs.Rewrite);
        functions.Member("substring", "string_substring_int", [text, CelType.Int], text, v => Substring(Text(v[0]), Number(v[1]), v[0].Size), Costs.Traverse);
        functions.Member("substring", "string_substring_int_int", [text, CelType.Int, CelType.Int], text, v => Substring(Text(v[0]), Number(v[1]), Number(v[2])), Costs.Traverse);
        functions.Member("trim", "string_trim", [text], text, v => new StringValue(Text(v[0]).Trim()), Costs.Traverse);
        functions.Member("reverse", "string_reverse", [text], text, v => new StringValue(CodePoints.Reverse(Text(v[0]))), Costs.Rewrite);
        functions.Member("format", "string_format", [text, CelType.List(CelType.Dyn)], text, v => StringFormat.Apply(Text(v[0]), (ListValue)v[1]), Costs.WriteResult);
        functions.Global("strings.quote", "strings_quote", [text], text, v => new StringValue(Quote(Text(v[0]))), Costs.Rewrite);
    }

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static long Number(CelValue value) => ((IntValue)value).Value;

    private static CelValue CharAt(string text, long index)
    {
        var size = CodePoints.Count(text);
        if (index < 0 || index > size)
            return new ErrorValue($"index out of range: {index}");
        if (index == size)
            return StringValue.Empty;
        var unit = CodePoints.UnitOf(text, (int)index);
        return new StringValue(text.Substring(unit, char.IsHighSurrogate(text[unit]) ? 2 : 1));
    }

    private static CelValue IndexOf(string text, string part, long offset)
    {
        var size = CodePoints.Count(text);
        if (part.Length == 0)
            return IntValue.Of(offset);
        if (offset < 0)
            return new ErrorValue($"index out of range: {offset}");
        if (offset >= size)
            return IntValue.Of(-1);
        var at = text.IndexOf(part, CodePoints.UnitOf(text, (int)offset), StringComparison.Ordinal);
        return IntValue.Of(at < 0 ? -1 : CodePoints.Count(text.AsSpan(0, at)));
    }

    private static CelValue LastIndexOf(string text, string part, long offset)
    {
        var size = CodePoints.Count(text);
        if (part.Length == 0)
            return IntValue.Of(offset);
        if (offset < 0)
            return new ErrorValue($"index out of range: {offset}");
        if (offset > size)
            return IntValue.Of(-1);
        // The match may begin at the offset at the latest.
        var end = Math.Min(text.Length, CodePoints.UnitOf(text, (int)offset) + part.Length);
        var at = text.AsSpan(0, end).LastIndexOf(part, StringComparison.Ordinal);
        return IntValue.Of(at < 0 ? -1 : CodePoints.Count(text.AsSpan(0, at)));
    }

    private static CelValue Join(ListValue list, string separator)
    {
        var result = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
                result.Append(separator);
            if (list[i] is not StringValue text)
                return ErrorValue.NoSuchOverload;
            result.Append(text.Value);
            if (result.Length > Texts.MaxLength)
                return Texts.TooLong;
        }

        return new StringValue(result.ToString());
    }

    private static StringValue Map(CelValue value, Func<char, char> map) => new(string.Create(Text(value).Length, (Text(value), map), static (result, source) =>
    {
        for (var i = 0; i < result.Length; i++)
            result[i] = source.map(source.Item1[i]);
    }));

    private static CelValue Replace(string text, string from, string to, long limit)
    {
        if (limit == 0)
            return new StringValue(text);
        var result = new StringBuilder();
        var at = 0;
        for (var count = 0L; limit < 0 || count < limit; count++)
        {
            if (result.Length > Texts.MaxLength)
                return Texts.TooLong;
            if (from.Length == 0)
            {
                // Before every code point, and at the end.
                result.Append(to);
                if (at >= text.Length)
                    break;
                var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
                result.Append(text, at, length);
                at += length;
                continue;
            }

            var next = text.IndexOf(from, at, StringComparison.Ordinal);
            if (next < 0)
                break;
            result.Append(text, at, next - at).Append(to);
            at = next + from.Length;
        }

        result.Append(text, at, text.Length - at);
        return result.Length > Texts.MaxLength ? Texts.TooLong : new StringValue(result.ToString());
    }

    private static MadeList Split(string text, string separator, long limit)
    {
        if (limit == 0)
            return MadeList.Empty;
        var count = limit < 0 || limit > int.MaxValue ? int.MaxValue : (int)limit;
        if (count == 1)
            return new MadeList([new StringValue(text)]);
        string[] parts;
        if (separator.Length > 0)
        {
            parts = text.Split(separator, count, StringSplitOptions.None);
        }
        else
        {
            parts = CodePoints.Split(text);
            if (parts.Length > count)
                parts = [.. parts[..(count - 1)], string.Concat(parts[(count - 1)..])];
        }

        return new MadeList([.. parts.Select(p => new StringValue(p))]);
    }

    private static CelValue Substring(string text, long start, long end)
    {
        var size = CodePoints.Count(text);
        if (start < 0 || start > size)
            return new ErrorValue($"index out of range: {start}");
        if (end < 0 || end > size)
            return new ErrorValue($"index out of range: {end}");
        if (start > end)
            return new ErrorValue($"invalid substring range. start: {start}, end: {end}");
        return new StringValue(text[CodePoints.UnitOf(text, (int)start)..CodePoints.UnitOf(text, (int)end)]);
    }

    internal static string Quote(string text)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '\a' => result.Append("\\a"),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\v' => result.Append("\\v"),
                '\\' => result.Append("\\\\"),
                '"' => result.Append("\\\""),
                _ => result.Append(c),
            };
        }

        return result.Append('"').ToString();
    }
}
